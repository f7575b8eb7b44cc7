"""Build the proved checker: its theory, its audit, the extracted program."""

import sys

from verify.kernel.build import UnavailableError, program

try:
    sys.stdout.write(f"{program()}\n")
except UnavailableError as error:
    sys.exit(str(error))
