// Argo CD's controllers of Applications and ApplicationSets, repo server and commit server, chosen by the name that the
// program is started under.
//
// Upstream's own main imports the API server and its UI as well, which is half of the build.
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	applicationset "github.com/argoproj/argo-cd/v3/cmd/argocd-applicationset-controller/commands"
	commitserver "github.com/argoproj/argo-cd/v3/cmd/argocd-commit-server/commands"
	reposerver "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	"github.com/argoproj/argo-cd/v3/common"
	"github.com/spf13/cobra"
)

func main() {
	commands := map[string]func() *cobra.Command{
		common.CommandApplicationController:    controller.NewCommand,
		common.CommandApplicationSetController: applicationset.NewCommand,
		common.CommandCommitServer:             commitserver.NewCommand,
		common.CommandRepoServer:               reposerver.NewCommand,
	}
	name := filepath.Base(os.Args[0])
	command, known := commands[name]
	if !known {
		names := slices.Sorted(maps.Keys(commands))
		fmt.Fprintf(os.Stderr, "%s: unknown name; start me as one of %s\n", name, strings.Join(names, ", "))
		os.Exit(2)
	}
	if command().Execute() != nil {
		os.Exit(1)
	}
}
