"""The functions that are called: each loops for ever if its event is true."""

LOOP = {
    "js": "function handler(loop) { while (loop) {} return 1; }",
    "python": "def handler(loop):\n    while loop:\n        pass\n    return 1\n",
}
TITLES = {"js": "JavaScript", "python": "Python"}
# Names as the kernel cuts them.
ZYGOTES = {"js": "mayfly-js-worke", "python": "mayfly-python-w"}
