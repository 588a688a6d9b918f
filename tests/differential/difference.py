"""A place where the sources do not say the same."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Difference:
    """`answers`: what each source says of this object (schema and name, or type and identity), or of the role if it is
    None."""

    role: str
    relation: tuple[str, str] | None
    answers: dict

    def __str__(self):
        place = "" if self.relation is None else f" on {self.relation[0]!r}.{self.relation[1]!r}"
        return "\n".join([f"role {self.role!r}{place}", *(f"  {who:<10} {said}" for who, said in self.answers.items())])
