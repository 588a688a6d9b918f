"""The fewest statements of a catalog that still show a difference."""


def reduced(server, catalog, difference):
    """Takes away ever smaller parts of the statements as long as the role's answers on the relation still differ.
    What depends on a statement that is gone is refused, which does no harm."""

    def shows(statements):
        asked = [difference.role] if difference.role in catalog.roles else []
        outcome = server.compare(f"seed_{catalog.seed}", catalog.roles, statements, asked)
        return any((other.role, other.relation) == (difference.role, difference.relation) and
                   difference.answers.keys() <= other.answers.keys() for other in outcome.differences)

    statements = catalog.statements
    size = len(statements) // 2
    while size >= 1:
        position = 0
        while position < len(statements):
            without = statements[:position] + statements[position + size:]
            if shows(without):
                statements = without
            else:
                position += size
        size //= 2
    return statements
