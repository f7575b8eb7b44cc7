"""A form of relucert transform: its name, its theorem, and where its construction is."""

from dataclasses import asdict, dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from theory.domain import Domain
    from theory.network import Network


@dataclass(frozen=True, slots=True)
class NamedForm:
    """A form that a network can be rewritten in.

    Attributes:
        name: As on the command line.
        theorem: The ID of the theorem behind it.
        about: One line.
        where: For which networks it is there; all forms take R^n, boxes, polytopes with interior.
        module: Where its construction is.
        function: The name of the construction, (network, domain) -> form with network and trace;
            or, if it takes parameters, what also settles the result: (task, terminal) -> status.
        parameters: What --set may set.
        construction: The name `module:function` of the construction of a form with parameters.
        routes: What --route may be.
    """

    name: str
    theorem: str
    about: str
    where: str
    module: str
    function: str
    parameters: tuple[str, ...] = ()
    construction: str = ""
    routes: tuple[str, ...] = ()

    @property
    def transform(self) -> str:
        """Its construction by the name `module:function`, parameters as they are by default."""
        return self.construction or f"{self.module}:{self.function}"

    def built(
        self, network: "Network", domain: "Domain", route: str | None = None
    ) -> tuple["Network", dict[str, object]]:
        """The new network, and the facts that its construction notes about itself."""
        options = {} if route is None else {"reduction": route}
        form = getattr(import_module(self.module), self.function)(network, domain, **options)
        return form.network, asdict(form.trace)
