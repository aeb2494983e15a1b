"""Calls of functions: by a neutral name that every dialect spells, or in the user's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import DETACHED, Expression, OutputField, Resolved, Transformed, resolve, type_of
from aorm.expressions.lookups.registry import LookupRegistry
from aorm.expressions.references import parse_expressions
from aorm.sql.functions import Call, TemplateCall

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from aorm.expressions.base import Scope
    from aorm.expressions.custom import Compiler, Connection
    from aorm.sql.node import Term
    from aorm.sql.types import SqlType

WORDS = frozenset({"function", "template", "arg_joiner"})
# Stands for the arguments while a template is filled; NUL is refused in the user's own text.
_MARK = "\x00arguments\x00"


class Func(Expression):
    """A call of an SQL function: ``Func("title", function="INITCAP")``, or one of the subclasses.

    ``neutral_name`` is set where all dialects know the function. A subclass, or a keyword, that changes ``function``,
    ``template`` or ``arg_joiner`` speaks for itself. All these texts come from the program; arguments are expressions
    and parameters.
    """

    neutral_name: ClassVar[str | None] = None
    function: Any = None
    template: Any = "%(function)s(%(expressions)s)"
    arg_joiner: Any = ", "
    arity: ClassVar[int | None] = None

    def __init__(self, *expressions: Any, output_field: OutputField | None = None, **extra: Any) -> None:
        """Keep the arguments; texts are names of fields.

        Raises:
            TypeError: the number of arguments is wrong.
        """
        if self.arity is not None and len(expressions) != self.arity:
            raise TypeError(
                f"'{type(self).__name__}' takes exactly {self.arity} "
                f"{'argument' if self.arity == 1 else 'arguments'} ({len(expressions)} given)"
            )
        super().__init__(output_field)
        self.source_expressions = self._parse_expressions(*expressions)
        self.extra = extra

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "neutral_name" not in vars(cls) and not WORDS.isdisjoint(vars(cls)):
            cls.neutral_name = None

    def _parse_expressions(self, *expressions: Any) -> list[Any]:
        return parse_expressions(expressions)

    def __repr__(self) -> str:
        shown = ", ".join([str(argument) for argument in self.source_expressions])
        extra = {**self.extra, **self._get_repr_options()}
        options = "".join([f", {name}={extra[name]}" for name in sorted(extra)])
        return f"{type(self).__name__}({shown}{options})"

    def _get_repr_options(self) -> dict[str, Any]:
        return {}

    @property
    def allowed_default(self) -> bool:
        """Whether all arguments may be part of a database default."""
        return all(getattr(argument, "allowed_default", False) for argument in self.source_expressions)

    def get_source_expressions(self) -> list[Any]:
        """Return the arguments."""
        return self.source_expressions

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the arguments."""
        self.source_expressions = list(expressions)

    @property
    def is_neutral(self) -> bool:
        """Whether the dialects know the function, and the user has not put it in other words."""
        return self.neutral_name is not None and WORDS.isdisjoint(self.extra) and WORDS.isdisjoint(vars(self))

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make the call a node."""
        sources = [resolve(source, scope) for source in self.source_expressions]
        self.check_composites(sources)
        output = self.placed(sources).resolve_output(scope, [source.output for source in sources])
        if self.is_neutral:
            return Resolved(self.call(sources, output), output)
        terms = tuple([source.term for source in sources])
        return Resolved(self.template_call(terms, type_of(output)), output)

    def placed(self, sources: Sequence[Resolved]) -> Self:
        """Return the function with its arguments resolved, for classes that compute ``output_field`` from them."""
        if not self._computes_output:
            return self
        placed = self.copy()
        placed.source_expressions = list(sources)
        return placed

    def call(self, sources: Sequence[Resolved], output: OutputField) -> Term:
        """Return the node of the neutral call."""
        return Call(self.neutral_name or "", tuple([source.term for source in sources]), type_of(output))

    def template_call(self, terms: tuple[Term, ...], sql_type: SqlType) -> TemplateCall:
        """Return the node of a call in the user's own words."""
        words = {"function": self.function, **self.extra, "expressions": _MARK, "field": _MARK}
        template = self.extra.get("template", self.template)
        joiner = self.extra.get("arg_joiner", self.arg_joiner)
        # A percent sign that belongs to the SQL is written twice once more, as under Django's own placeholders.
        parts = tuple((template % words).replace("%%", "%").split(_MARK))
        return TemplateCall(parts, terms, sql_type, joiner, self.is_aggregate)

    def as_sql(
        self,
        compiler: Compiler,
        connection: Connection,
        function: str | None = None,
        template: str | None = None,
        **context: Any,
    ) -> tuple[str, Sequence[Any]]:
        """Give the SQL of the call, for overrides to call with other words.

        Args:
            compiler: turns the arguments into SQL.
            connection: tells which database it is.
            function: the name of the function, in place of the class's.
            template: the words around it, in place of the class's.
            context: ``arg_joiner``, and other names of the template.
        """
        if function is None and template is None and not context and self.is_neutral:
            return compiler.compile(self.resolve_in(DETACHED).term)
        texts: list[str] = []
        parameters: list[Any] = []
        for source in self.source_expressions:
            text, own = compiler.compile(source)
            texts.append(text)
            parameters.extend(own)
        words = {**self.extra, **context}
        words["function"] = function if function is not None else words.get("function", self.function)
        joiner = context.get("arg_joiner") or self.extra.get("arg_joiner") or self.arg_joiner
        words["expressions"] = words["field"] = joiner.join(texts)
        return (template or words.get("template") or self.template) % words, parameters


class Transform(LookupRegistry, Func):
    """A function of one argument that may stand in lookups: ``title__lower__startswith="the"``.

    ``bilateral`` transforms apply to both sides of the comparison. A transform may have lookups of its own, in its
    table ``lookups`` or by ``register_lookup``.
    """

    lookup_name: Any = None
    bilateral: ClassVar[bool] = False
    arity: ClassVar[int | None] = 1

    @property
    def lhs(self) -> Any:
        """The argument."""
        return self.get_source_expressions()[0]

    def get_bilateral_transforms(self) -> list[Any]:
        """Return the transforms that lookups apply to their right side too."""
        inner: list[Any] = list(getattr(self.lhs, "get_bilateral_transforms", tuple)())
        return [*inner, type(self)] if self.bilateral else inner

    def resolve_placed(self, scope: Scope) -> Resolved:
        """Make the node, and let it know which transform it came from."""
        source = resolve(self.lhs, scope)
        placed = self.copy()
        placed.source_expressions = [source, *self.source_expressions[1:]]
        return Transformed.made(super(Transform, placed).resolve_placed(scope), type(self), source)
