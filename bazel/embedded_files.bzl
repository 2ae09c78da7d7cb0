"""Files that become part of a program."""

def embedded_files(name, srcs, header, namespace):
    """Makes `name`.cc, which defines the function All() that `header` declares in `namespace`: the path and the content of each file.

    Args:
      name: of the rule that makes it.
      srcs: the files.
      header: its path in the repository.
      namespace: "mayfly::examples".
    """
    native.genrule(
        name = name + "_source",
        srcs = srcs,
        outs = [name + ".cc"],
        cmd = """
{
  echo '#include "%s"'
  echo 'namespace %s {'
  echo 'const std::vector<std::pair<std::string_view, std::string_view>>& All() {'
  echo '  static const auto* files = new std::vector<std::pair<std::string_view, std::string_view>>{'
  for file in $(SRCS); do printf '{"%%s", R"MAYFLY(' "$$file"; cat "$$file"; echo ')MAYFLY"},'; done
  echo '}; return *files; } }'
} >$@
""" % (header, namespace),
    )
