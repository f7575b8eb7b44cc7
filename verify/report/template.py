r"""Jinja2 templates for TeX: ((* block *)), ((( value ))), ((# comment #)).

The usual braces would collide with those of TeX. Values are not escaped by the engine, which
knows HTML only: a text from outside passes the filter `tex` or `name`, all else is made by
`verify.report.typesetting`. A name that is not given is an error, never an empty place.
"""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from verify.report import typesetting

FILTERS = {
    "tex": typesetting.tex_text,
    "name": typesetting.tex_name,
    "digest": typesetting.tex_digest,
    "number": typesetting.tex_number,
    "point": typesetting.tex_point,
    "space": typesetting.tex_space,
    "seconds": typesetting.tex_seconds,
    "counted": typesetting.counted,
    "grouped": typesetting.grouped,
    "capitalise": typesetting.capitalised,
}


@cache
def environment() -> Environment:
    """The environment of all templates in this package."""
    found = Environment(
        loader=PackageLoader("verify.report"),
        block_start_string="((*",
        block_end_string="*))",
        variable_start_string="(((",
        variable_end_string=")))",
        comment_start_string="((#",
        comment_end_string="#))",
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    found.filters.update(FILTERS)
    return found


def rendered(template: str, **context: object) -> str:
    """The TeX source that a template makes of its values."""
    return environment().get_template(template).render(**context)
