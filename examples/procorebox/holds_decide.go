package main

import (
	"context"
	"math"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

// selectFlags adds the flags that say which holds are meant.
func selectFlags(cmd *cobra.Command, s *office.Selection) {
	cmd.Flags().BoolVar(&s.Only, "only", false, "of a folder named by its ID the folder alone, and not what is in it")
	cmd.Flags().StringVar(&s.Folder, "folder", "", "all below a `PATH`, which begins with a tool, as in Documents/Drawings")
	cmd.Flags().StringVar(&s.Run, "run", "", "all of one `RUN`, as the list names it")
	cmd.Flags().BoolVar(&s.All, "all", false, "all that waits in the link")
	cmd.MarkFlagsMutuallyExclusive("run", "all")
	cmd.MarkFlagsMutuallyExclusive("folder", "all")
	cmd.MarkFlagsMutuallyExclusive("folder", "run")
	for _, flag := range []string{"folder", "run", "all"} {
		cmd.MarkFlagsMutuallyExclusive("only", flag)
	}
}

func selection(s office.Selection, ids []string) (office.Selection, error) {
	s.IDs = ids
	if len(ids) == 0 && s.Folder == "" && s.Run == "" && !s.All {
		return s, usage("say which are meant: IDs as \"holds list\" shows them, --folder, --run or --all")
	}
	return s, nil
}

func (c *console) decideCommand(name, short, long string, d syncer.Decision) *cobra.Command {
	var s office.Selection
	cmd := &cobra.Command{
		Use:   name + " LINK [ID...]",
		Short: short,
		Long: long + `

IDs are those of "holds list"; as many characters will do as tell them from others. That of a
folder means all that waits in it, too, since a folder is deleted only after its contents; with
--only it means the folder alone. To decide the same again changes nothing, and "holds undo"
takes it back.`,
		Example:           "  procorebox holds " + name + " bridge 3fa21b04\n  procorebox holds " + name + " bridge --folder Documents/Drawings",
		Args:              takes(1, math.MaxInt),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			chosen, err := selection(s, args[1:])
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				done, unclear, err := o.Decide(ctx, args[0], chosen, d)
				return c.showDecided(done, unclear, err)
			})
		},
	}
	selectFlags(cmd, &s)
	return cmd
}

func (c *console) holdsUndoCommand() *cobra.Command {
	var s office.Selection
	cmd := &cobra.Command{
		Use:   "undo LINK [ID...]",
		Short: "Take a decision back, or a delete that was carried out",
		Long: `Take decisions back. What has not been carried out yet waits again. A delete that was carried
out is undone: the item is taken out of the trash, of the service where it was deleted or, where
nothing can be taken out of that trash, of the other, and the next sync brings it to both sides
again. What is in neither trash any more is told. From Box a file comes back as it was,
with its versions; of Procore no way is known to take anything out of the recycle bin, so there it
is a new file with a new number. What somebody deleted in Box together with its folder comes back with
that folder and all that is in it, so that other deletes of it that waited wait no more. A delete that was rejected, and left undone by a sync, stays so: it is told
how a person makes both sides alike.

IDs are those that "holds list" showed; that of a folder means what was decided upon, or deleted
by the same run, in it, too. With --folder all deletes are undone that were ever carried out
below the path, with --run those that a run has carried out. --all takes back only what was not
carried out yet.`,
		Example:           "  procorebox holds undo bridge 3fa21b04\n  procorebox holds undo bridge --folder Documents/Drawings",
		Args:              takes(1, math.MaxInt),
		ValidArgsFunction: c.completeLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			chosen, err := selection(s, args[1:])
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				done, unclear, err := o.Undo(ctx, args[0], chosen)
				return c.showDecided(done, unclear, err)
			})
		},
	}
	selectFlags(cmd, &s)
	return cmd
}
