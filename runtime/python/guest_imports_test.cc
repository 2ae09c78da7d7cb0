// What a function can import: the finder in bootstrap.py, source_modules.cc and library.cc, through the engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "runtime/python/engine_test_util.h"

namespace mayfly::runtime {
namespace {

using ::testing::ElementsAre;

TEST(GuestImportsTest, ImportsDependenciesPackagesAndSiblings) {
  TestFunction function(R"(
import greeter, pkg.sub.mod
from pkg import other
def handler(event): return [greeter.hello(), pkg.sub.mod.name, other.up, pkg.sub.__path__, pkg.__name__]
)",
                        {{"greeter", "def hello(): return 'hi'"},
                         {"pkg", "from . import other"},
                         {"pkg.other", "from .sub.mod import name as up"},
                         {"pkg.sub.mod", "name = __name__"}});
  EXPECT_EQ(function.Result(), R"(["hi","pkg.sub.mod","pkg.sub.mod",["pkg/sub"],"pkg"])");
}

TEST(GuestImportsTest, DependenciesMayImportEachOtherInACircle) {
  TestFunction function("import a\ndef handler(event): return a.b.a.x",
                        {{"a", "x = 1\nimport b"}, {"b", "import a\ny = a.x"}});
  EXPECT_EQ(function.Result(), "1");
}

TEST(GuestImportsTest, ANameInTheManifestWinsOverTheStandardLibrarys) {
  TestFunction function(
      "import io, json, os.path\ndef handler(event): return [io.mine, json.mine, callable(os.getcwd)]",
      {{"io", "mine = 1"}, {"json", "mine = 2"}});
  EXPECT_EQ(function.Result(), "[1,2,true]");
}

TEST(GuestImportsTest, AParentThatIsOnlyImpliedDoesNotHideTheLibrarysPackage) {
  TestFunction function(
      "import email.mine\n"
      "def handler(event): return [email.mine.x, email.message_from_string('A: b')['a']]",
      {{"email.mine", "x = 1"}});
  EXPECT_EQ(function.Result(), R"([1,"b"])");
}

TEST(GuestImportsTest, ModulesKnowTheirFileSpecAndSource) {
  TestFunction function(R"(
import inspect, linecache, sys
import pkg.mod
def handler(event):
    own = sys.modules[__name__]
    return [__name__, __file__, __spec__.origin, __package__, own.handler is handler,
            pkg.mod.__file__, pkg.mod.__spec__.name, pkg.mod.__package__, pkg.__spec__.submodule_search_locations,
            inspect.getsource(pkg.mod.f), inspect.getsource(pkg.mod), linecache.getline(__file__, 3, globals()),
            inspect.getsourcefile(handler), pkg.mod.__loader__.is_package("pkg")]
)",
                        {{"pkg.mod", "def f():\n    return 1\n"}});
  EXPECT_EQ(function.Result(),
            R"(["f","f.py","f.py","",true,"pkg.mod.py","pkg.mod","pkg",["pkg"],)"
            R"("def f():\n    return 1\n","def f():\n    return 1\n","import pkg.mod\n","f.py",true])");
}

TEST(GuestImportsTest, ResourcesAndMetadataAnswerAsAnEmptyPackageDoes) {
  TestFunction function(R"(
import importlib.metadata, importlib.resources, pkgutil, pkg
def attempt(f):
    try: return f()
    except Exception as error: return type(error).__name__
def handler(event):
    files = importlib.resources.files("pkg")
    return [attempt(lambda: importlib.metadata.version("pkg")), list(importlib.metadata.distributions()),
            list(importlib.metadata.entry_points()), attempt(lambda: pkgutil.get_data("pkg", "data.txt")),
            list(files.iterdir()), files.joinpath("data.txt").is_file(),
            attempt(lambda: files.joinpath("a", "b.txt").read_text()), attempt((files / "c").open), list(pkgutil.iter_modules(pkg.__path__))]
)",
                        {{"pkg.mod", ""}});
  EXPECT_EQ(
      function.Result(),
      R"(["PackageNotFoundError",[],[],"FileNotFoundError",[],false,"FileNotFoundError","FileNotFoundError",[]])");
}

TEST(GuestImportsTest, NothingElseCanBeImported) {
  TestFunction function(R"(
import importlib.util
def handler(event):
    found = []
    for name in ("pip", "yaml", "pytest", "google", "test", "_interpreters", "_interpqueues", "concurrent.interpreters", "f2"):
        try: importlib.import_module(name); found.append(name)
        except ModuleNotFoundError: pass
    return [found, importlib.util.find_spec("pip")]
)");
  EXPECT_EQ(function.Result(), "[[],null]");
}

TEST(GuestImportsTest, DataclassesPicklesAndTypeHintsFindTheFunctionsModule) {
  TestFunction function(R"(
from __future__ import annotations
import dataclasses, pickle, typing
@dataclasses.dataclass
class Point:
    x: int
    y: typing.ClassVar[int] = 2
def handler(event):
    return [pickle.loads(pickle.dumps(Point(1))).x, str(typing.get_type_hints(Point)["x"]), len(dataclasses.fields(Point))]
)");
  EXPECT_EQ(function.Result(), R"([1,"<class 'int'>",1])");
}

TEST(GuestImportsTest, TimeZonesHaveTheirData) {
  TestFunction function(R"(
import datetime, zoneinfo
def handler(event):
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    try: zoneinfo.ZoneInfo("Nowhere/Else")
    except zoneinfo.ZoneInfoNotFoundError as error: missing = str(error)
    return [str(datetime.datetime(2026, 7, 1, 12, tzinfo=berlin)), "Asia/Tokyo" in zoneinfo.available_timezones(), missing]
)");
  EXPECT_EQ(function.Result(), R"(["2026-07-01 12:00:00+02:00",true,"'No time zone found with key Nowhere/Else'"])");
}

TEST(GuestImportsTest, ThreadsForksAndInputAreRefusedAsExceptions) {
  TestFunction function(R"(
import asyncio, concurrent.futures, os, threading
def attempt(f):
    try: return f()
    except Exception as error: return type(error).__name__
def handler(event):
    return [attempt(threading.Thread(target=print).start), attempt(os.fork), attempt(input),
            attempt(lambda: concurrent.futures.ThreadPoolExecutor().submit(print)),
            attempt(lambda: asyncio.run(asyncio.to_thread(print)))]
)");
  EXPECT_EQ(function.Result(), R"(["RuntimeError","RuntimeError","EOFError","RuntimeError","RuntimeError"])");
}

TEST(GuestImportsTest, AByteOrderMarkAndACodingCookieChangeNothing) {
  EXPECT_EQ(TestFunction("\xEF\xBB\xBF# -*- coding: latin-1 -*-\ndef handler(event): return 'é'").Result(), "\"é\"");
}

}  // namespace
}  // namespace mayfly::runtime
