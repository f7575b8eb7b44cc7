"""A transform of networks as a value: a function, what it takes, and where it is imported from.

A transform takes a network, or a network and a domain, and returns a network: an exact one, a
model that `verify.formats.model.exact_network` reads, or something with a `network` such as
the forms of `theory.forms`, where the network may have weights in the extended reals.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from theory.domain import Domain
from theory.extended import ExtendedNetwork
from theory.network import Network
from verify.errors import InputError
from verify.formats.model import exact_network

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True, slots=True)
class Transformation:
    """A transform of networks.

    Attributes:
        function: What is called.
        takes_domain: Whether it is called with the domain as well.
    """

    function: Callable[..., object]
    takes_domain: bool

    @staticmethod
    def of(function: Callable[..., object]) -> "Transformation":
        """The transform that a function is, told by the number of arguments that it needs.

        Raises:
            InputError: it needs none, or more than two.
        """
        parameters = inspect.signature(function).parameters.values()
        needed = [one for one in parameters if one.kind in _POSITIONAL and one.default is one.empty]
        if len(needed) not in (1, 2):
            where = f"transform {getattr(function, '__name__', function)!s}"
            raise InputError(where, "expected a function of a network, or of a network and domain")
        return Transformation(function, len(needed) == 2)

    @staticmethod
    def named(text: str) -> "Transformation":
        """The transform that `module:function` names.

        Raises:
            InputError: there is no such module or function, or it is no transform.
        """
        module, mark, path = text.partition(":")
        if not mark or not module or not path:
            raise InputError(f"transform {text!r}", "expected module:function")
        try:
            found: Any = import_module(module)
            for part in path.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError) as error:
            raise InputError(f"transform {text!r}", str(error)) from None
        if not callable(found):
            raise InputError(f"transform {text!r}", "it is no function")
        return Transformation.of(found)

    @property
    def name(self) -> str:
        """The name of the function, without its module."""
        return str(getattr(self.function, "__qualname__", type(self.function).__qualname__))

    @property
    def import_statement(self) -> str | None:
        """What makes its name known in Python; None for functions inside functions and the like."""
        module = getattr(self.function, "__module__", None)
        if not self.name.isidentifier() or module in (None, "__main__"):
            return None
        return f"from {module} import {self.name}"

    def __call__(self, network: Network, domain: Domain) -> Network:
        """What the transform makes of a network.

        Raises:
            InputError: it returned something that is not read as a network of finite weights.
        """
        found = self.made(network, domain)
        if isinstance(found, Network):
            return found
        raise InputError(f"what {self.name} made", "it has infinite weights")

    def made(self, network: Network, domain: Domain) -> Network | ExtendedNetwork:
        """What the transform makes of a network, also one with infinite weights.

        Raises:
            InputError: it returned something that is not read as a network.
        """
        made = self.function(network, domain) if self.takes_domain else self.function(network)
        for found in (made, getattr(made, "network", None)):
            if isinstance(found, Network | ExtendedNetwork):
                return found
        return exact_network(made, f"what {self.name} made")
