// Argo CD's application controller, repo server and commit server, chosen by the name that the program is started under.
//
// Upstream's own main imports the API server and its UI as well, which is half of the build.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	commitserver "github.com/argoproj/argo-cd/v3/cmd/argocd-commit-server/commands"
	reposerver "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	"github.com/argoproj/argo-cd/v3/common"
	"github.com/spf13/cobra"
)

func main() {
	commands := map[string]func() *cobra.Command{
		common.CommandApplicationController: controller.NewCommand,
		common.CommandCommitServer:          commitserver.NewCommand,
		common.CommandRepoServer:            reposerver.NewCommand,
	}
	name := filepath.Base(os.Args[0])
	command, known := commands[name]
	if !known {
		fmt.Fprintf(os.Stderr, "%s: unknown name; start me as %s, %s or %s\n",
			name, common.CommandApplicationController, common.CommandCommitServer, common.CommandRepoServer)
		os.Exit(2)
	}
	if command().Execute() != nil {
		os.Exit(1)
	}
}
