// Package cloud without the command `pulumi api`, which calls Pulumi Cloud: its OpenAPI library takes a quarter of the
// whole compilation. This file takes the place of all files of cmd/pulumi/cloud but envelope.go and resolve.go, which
// other commands need.
package cloud

import (
	"errors"

	"github.com/spf13/cobra"
)

// ParamSpec is named in envelope.go; nothing in this build has a value of it.
type ParamSpec struct{}

// NewAPICmd returns a command that says how to get the real one.
func NewAPICmd() *cobra.Command {
	return &cobra.Command{
		Use:                "api",
		Short:              "Call any Pulumi Cloud API endpoint (not in a CLI that was built from source)",
		DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("`pulumi api` is not in this CLI, which was built from source. " +
				"Install Pulumi's release: https://www.pulumi.com/docs/install/")
		},
	}
}
