#include "runtime/js/modules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/js/testing/engine_harness.h"

namespace mayfly::runtime::js {
namespace {

using testing::Call;
using testing::CallModule;
using ::testing::ElementsAre;
using testing::Frames;
using testing::Load;

RunReply CallWith(std::string source, std::vector<Module> dependencies) {
  return Call({.source = std::move(source), .dependencies = std::move(dependencies)});
}

TEST(ModulesTest, RequiresADependencyOnce) {
  const RunReply reply = CallWith(
      "const a = require('greeter'), b = require('greeter'); function handler() { return [a === b, a.hello('x')] }",
      {{.name = "greeter", .source = "exports.hello = (name) => `Hello, ${name}`"}});
  EXPECT_EQ(reply.result, R"([true,"Hello, x"])");
}

TEST(ModulesTest, DependenciesRequireEachOther) {
  const RunReply reply = CallWith("function handler() { return require('a') }",
                                  {{.name = "a", .source = "module.exports = 'a' + require('b')"},
                                   {.name = "b", .source = "module.exports = 'b' + require('./c.js')"},
                                   {.name = "c.js", .source = "module.exports = 'c'"}});
  EXPECT_EQ(reply.result, R"("abc")");
}

TEST(ModulesTest, ACycleSeesWhatIsExportedSoFar) {
  const RunReply reply =
      CallWith("function handler() { const a = require('a'); return [a.done, a.seen, require('b').seen] }",
               {{.name = "a", .source = "exports.done = false; exports.seen = require('b').done; exports.done = true"},
                {.name = "b", .source = "exports.seen = require('a').done; exports.done = true"}});
  EXPECT_EQ(reply.result, "[true,true,false]");
}

TEST(ModulesTest, AModuleKnowsItself) {
  const RunReply reply = CallWith("function handler() { return require('pkg/lib/a.js') }",
                                  {{.name = "pkg/lib/a.js",
                                    .source = "module.exports = [module.id, __filename, __dirname, this === exports, "
                                              "typeof require.resolve, require.resolve('./a'), "
                                              "module.exports === exports, module.loaded]"}});
  EXPECT_EQ(reply.result, R"(["pkg/lib/a.js","pkg/lib/a.js","pkg/lib",true,"function","pkg/lib/a.js",true,false])");
}

TEST(ModulesTest, AHashbangAndALastCommentAreNoTrouble) {
  EXPECT_EQ(CallWith("function handler() { return require('a') }",
                     {{.name = "a", .source = "#!/usr/bin/env node\nmodule.exports = 1 // end"}})
                .result,
            "1");
}

TEST(ModulesTest, JsonIsADependencyByItsName) {
  EXPECT_EQ(CallWith("function handler() { return require('data.json').a }",
                     {{.name = "data.json", .source = R"({"a":[1]})"}})
                .result,
            "[1]");
  const LoadReply reply =
      Load({.source = "require('data.json')", .dependencies = {{.name = "data.json", .source = "{"}}});
  EXPECT_EQ(reply.outcome, Outcome::kSourceInvalid);
  EXPECT_EQ(reply.error.type, "SyntaxError");
  EXPECT_EQ(reply.error.message, "data.json: Expected property name or '}' in JSON at position 1 (line 1 column 2)");
}

TEST(ModulesTest, AnUnknownNameIsAnErrorThatNamesTheNearest) {
  const RunReply reply = CallWith(
      "function handler() { try { require('greter') } catch (e) { return [e.message, e.code, e instanceof Error] } }",
      {{.name = "greeter", .source = ""}});
  EXPECT_EQ(reply.result, R"(["Cannot find module 'greter'; did you mean 'greeter'?","MODULE_NOT_FOUND",true])");
  EXPECT_EQ(Load({.source = "const fs = require('fs')"}).error.message, "Cannot find module 'fs'");
  EXPECT_EQ(Load({.source = "require(1)"}).error.message, "require: the name is not a string");
}

TEST(ModulesTest, ADependencyThatThrowsIsTriedAgain) {
  const RunReply reply =
      CallWith("globalThis.n = 0; function handler() { try { require('a') } catch {} return require('a') }",
               {{.name = "a", .source = "if (++n === 1) throw new Error('first'); module.exports = n"}});
  EXPECT_EQ(reply.result, "2");
}

TEST(ModulesTest, ErrorsOfADependencyHaveItsFileAndLines) {
  const RunReply reply =
      CallWith("const a = require('lib');\nfunction handler() { a.fail() }",
               {{.name = "lib", .source = "exports.fail = () => {\n  throw new Error('in lib');\n}"}});
  EXPECT_THAT(Frames(reply.error), ElementsAre("exports.fail (lib.js:2:9)", "handler (my-func.js:2:24)"));
  const LoadReply syntax =
      Load({.source = "require('lib')", .dependencies = {{.name = "lib", .source = "const a = 1;\nconst a = 2;"}}});
  EXPECT_EQ(syntax.error.message, "Identifier 'a' has already been declared");
  EXPECT_THAT(Frames(syntax.error), ElementsAre(" (lib.js:2:7)"));
  const LoadReply brace = Load({.source = "require('lib')", .dependencies = {{.name = "lib", .source = "}"}}});
  EXPECT_EQ(brace.error.message, "Unexpected token '}'");
  EXPECT_THAT(Frames(brace.error), ElementsAre(" (lib.js:1:1)"));
}

// --- ES modules

TEST(ModulesTest, ImportsDependenciesOfEveryKind) {
  const RunReply reply = CallModule(
      "import es, { named } from 'es'; import common, { value } from 'common'; import data from 'data.json'; import * "
      "as all from 'es';\n"
      "export const handler = () => [es, named, common.value, value, data.a, Object.keys(all)]",
      {{.name = "common", .source = "exports.value = 3"},
       {.name = "data.json", .source = R"({"a":4})"},
       {.name = "es", .source = "export default 1; export const named = 2"}});
  EXPECT_EQ(reply.result, R"([1,2,3,3,4,["default","named"]])");
}

TEST(ModulesTest, ModulesImportEachOtherAndRunOnce) {
  const RunReply reply = CallModule(
      "import { a } from './a.mjs'; import { list, late } from 'b'; export default () => [a(), late(), list]",
      {{.name = "a.mjs", .source = "import { list } from './b'; list.push('a'); export const a = () => list.length"},
       {.name = "b", .source = "import { a } from 'a.mjs'; export const list = ['b']; export const late = () => a()"}});
  EXPECT_EQ(reply.result, R"([2,2,["b","a"]])");
}

TEST(ModulesTest, ImportIsThereInBothKinds) {
  const std::vector<Module> dependencies = {
      {.name = "es", .source = "export const x = 1; export const inner = () => import('./es2')"},
      {.name = "es2", .source = "export const y = await Promise.resolve(2)"}};
  const std::string body =
      "async () => { const es = await import('es'); return [es.x, (await es.inner()).y, es === await import('es')] }";
  EXPECT_EQ(CallWith("const handler = " + body, dependencies).result, "[1,2,true]");
  EXPECT_EQ(CallModule("export const handler = " + body, dependencies).result, "[1,2,true]");
}

TEST(ModulesTest, AnImportThatFailsRejects) {
  const RunReply reply = CallWith(
      "async function handler() { const errors = []; for (const name of ['nothing', 'bad', 'throws'])"
      "await import(name).catch((e) => errors.push(`${e.name} ${e.message}`)); return errors }",
      {{.name = "bad", .source = "export const = 1"},
       {.name = "throws", .source = "export {}; throw new Error('no')"}});
  EXPECT_EQ(reply.result, R"(["Error Cannot find module 'nothing'","SyntaxError Unexpected token '='","Error no"])");
}

TEST(ModulesTest, AMissingImportOrExportDoesNotLoad) {
  const LoadReply missing = Load(
      {.source = "import 'grter'", .dependencies = {{.name = "greeter", .source = ""}}, .kind = SourceKind::kJsModule});
  EXPECT_EQ(missing.outcome, Outcome::kSourceInvalid);
  EXPECT_EQ(missing.error.message, "Cannot find module 'grter'; did you mean 'greeter'?");
  const LoadReply name = Load({.source = "import { b } from 'a'",
                               .dependencies = {{.name = "a", .source = "export const c = 1"}},
                               .kind = SourceKind::kJsModule});
  EXPECT_EQ(name.error.message, "The requested module 'a' does not provide an export named 'b'");
  EXPECT_THAT(Frames(name.error), ElementsAre(" (my-func.js:1:10)"));
}

TEST(ModulesTest, ImportMetaUrlNamesTheFile) {
  const RunReply reply = CallModule("import { url } from 'lib/a.js'; export default () => [import.meta.url, url]",
                                    {{.name = "lib/a.js", .source = "export const url = import.meta.url"}});
  EXPECT_EQ(reply.result, R"(["file:///my-func.js","file:///lib/a.js"])");
}

TEST(ModulesTest, AModuleMayRequireAndARequireMayGiveAModule) {
  EXPECT_EQ(CallModule("const es = require('es'); export default () => [es.x, es.default]",
                       {{.name = "es", .source = "export const x = 1; export default 2"}})
                .result,
            "[1,2]");
  EXPECT_EQ(CallModule("export default () => { try { require('es') } catch (e) { return [e.message, e.code] } }",
                       {{.name = "es", .source = "export default await 2"}})
                .result,
            R"json(["require: the ES module 'es' has top-level await; use import()","ERR_REQUIRE_ASYNC_MODULE"])json");
}

TEST(ModulesTest, AModuleHasNoModuleGlobals) {
  EXPECT_EQ(CallModule("export default () => [typeof module, typeof exports, this === undefined]").result,
            R"(["undefined","undefined",true])");
}

}  // namespace
}  // namespace mayfly::runtime::js
