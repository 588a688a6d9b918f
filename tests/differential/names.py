"""Names that look like something else: to SQL, to a shell pattern, to the text in which the server stores rules."""

WILD = (
    "orders", "Mixed Case", 'with "quotes"', "it's", "back\\slash", "a.b", "select", "public", "pgabc", "%I", "%s",
    "*", "?", "$1", " ", "-", "<>", "tab\there", "line\nbreak", "grüße", "数据", "\x01+", "{RTE :relid 1260 ",
    "{RTEPERMISSIONINFO :relid 1 ", ":varno 3 ", "\\ } {QUERY", ":requiredPerms 15 (b 8)", "x" * 63, "ÿ" * 31,
)
LONGEST = 63  # bytes


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Namespace:
    """Gives each name once. `suffix` ends every name: roles are shared by all databases of a server."""

    def __init__(self, random, suffix=""):
        self._random = random
        self._suffix = suffix
        self._given = set()

    def new(self, plain):
        """A wild name or, more often, the plain one; numbered where it was given before."""
        wanted = self._random.choice(WILD) if self._random.random() < 0.3 else plain
        number = 1
        while (name := self._ending_in(wanted, self._suffix if number == 1 else f"{number}{self._suffix}")) in self._given:
            number += 1
        self._given.add(name)
        return name

    @staticmethod
    def _ending_in(name, suffix):
        return name.encode()[: LONGEST - len(suffix.encode())].decode(errors="ignore") + suffix
