"""The declaration of ``hctl validate``. Imports only typer, as `app` does."""

from typing import Annotated

import typer

from hctl.errors import ExitCode

from .options import ContextOption, KubeconfigOption, target_of
from .running import finish

__all__ = ["declare_validate"]

_EXAMPLES = (
    "Examples: hctl validate requests/ | hctl validate shop.yaml --promise webapp/promise.yaml | "
    "hctl validate . --exclude vendor -o sarif > findings.sarif | hctl validate --policy new.yaml -A. "
    "Exit codes: 0 valid, 1 findings, 2 wrong usage or nothing to validate."
)


def declare_validate(app: typer.Typer) -> None:
    """Add the command.

    Args:
        app: The application.
    """

    @app.command("validate", epilog=_EXAMPLES)
    def validate(
        ctx: typer.Context,
        paths: Annotated[
            list[str] | None,
            typer.Argument(metavar="PATH...", help="Files, folders, or - for standard input.", show_default=False),
        ] = None,
        output: Annotated[
            str,
            typer.Option("--output", "-o", metavar="FORM", help="table, json, github or sarif; legacy-names for -A."),
        ] = "table",
        promise: Annotated[
            list[str] | None,
            typer.Option("--promise", metavar="FILE", help="A Promise or CRD with the schema of requests; repeatable."),
        ] = None,
        policy: Annotated[
            str,
            typer.Option(
                "--policy",
                metavar="FILE",
                help="A PlatformPolicy to check requests against; without it the policy of their Promise, "
                "else the strict policy.",
                show_default=False,
            ),
        ] = "",
        exclude: Annotated[
            list[str] | None,
            typer.Option(
                "--exclude",
                metavar="GLOB",
                help="Skip files and folders, such as 'vendor', '*.gen.yaml' or 'charts/**'; repeatable.",
            ),
        ] = None,
        all_namespaces: Annotated[  # noqa: FBT002 - typer reads options off the signature
            bool,
            typer.Option(
                "--all-namespaces",
                "-A",
                help="Instead of files, check the requests of the cluster against the --policy.",
            ),
        ] = False,
        context: ContextOption = "",
        kubeconfig: KubeconfigOption = "",
        kind: Annotated[
            str,
            typer.Option(
                "--kind",
                metavar="KIND",
                help="Treat every document as a status, contract, statuscontract or request.",
                show_default=False,
            ),
        ] = "",
        strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,  # noqa: FBT002 - typer reads options off the signature
        allow_nothing: Annotated[  # noqa: FBT002 - typer reads options off the signature
            bool, typer.Option("--allow-nothing", help="Succeed if there is nothing to validate; for hooks.")
        ] = False,
    ) -> None:
        """Validate requests, templates, statuses and Promises in files: offline, with line and column."""
        if all_namespaces == bool(paths):
            raise typer.BadParameter("give files, or --policy FILE and --all-namespaces, not both")
        target = target_of(ctx, context, "", kubeconfig)

        def run() -> ExitCode:
            if all_namespaces:
                from .refusals import validate_cluster  # noqa: PLC0415 - see the module's docstring

                return validate_cluster(target, policy, output)

            from .validations import ValidationOptions, validate_files  # noqa: PLC0415 - see the module's docstring

            asked = ValidationOptions(
                output, promise or (), kind, exclude or (), policy, strict=strict, allow_nothing=allow_nothing
            )
            return validate_files(paths or (), asked)

        finish(run)
