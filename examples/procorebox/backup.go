package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

func (c *console) backupCommand() *cobra.Command {
	var opts office.BackupOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy what is remembered into one file",
		Long: `Copy the data directory into one file, also while a watch or a sync runs: links, what both
sides agreed on, what waits, the history, and the connections. The file is of one instant,
and was read through before it is there. Only you can read it.

The connections in it are sealed with a key, and the key is not in it: keep a copy of
procorebox.key elsewhere. Without the key a restored directory has to be connected again.
--with-key puts the key in as well: then the file is as secret as the passwords to both
services, for whoever has it can act in your name.`,
		Example: "  procorebox backup \"/backups/procorebox-$(date +%F).tar.gz\"\n" +
			"  procorebox backup --with-key move.tar.gz      to another machine: stop the watch here before, and for good;\n" +
			"  procorebox restore --current move.tar.gz      then there, and start the watch there",
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, o *office.Office) error {
				b, err := o.Backup(ctx, args[0], opts)
				if err != nil {
					return unwritten("write the backup", args[0], err)
				}
				return c.backedUp(b, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&opts.WithKey, "with-key", false, "put the key in, too: the file then gives access to both services")
	cmd.Flags().BoolVar(&opts.Replace, "replace", false, "replace a file of that name")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *console) backedUp(b *office.Backup, asJSON bool) error {
	if asJSON {
		return c.object(b)
	}
	if err := c.print("backup of %s in %s, %s\n", linksInWords(b.Links), readable(b.File), many(b.Size, "byte")); err != nil {
		return err
	}
	if b.WithKey {
		return c.print("the key is in it: whoever has the file can act in your name in Procore and Box\n")
	}
	return c.print("the key is not in it: keep a copy of procorebox.key in another place\n")
}

func linksInWords(names []string) string {
	switch len(names) {
	case 0:
		return "no link"
	case 1:
		return "link " + readable(names[0])
	}
	return fmt.Sprintf("%d links (%s)", len(names), readable(strings.Join(names, ", ")))
}

func (c *console) restoreCommand() *cobra.Command {
	var opts office.RestoreOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup into the data directory",
		Long: `Put a backup back. The data directory must be empty; with --replace what is in it is put
aside into a folder of its own. All of the backup is read before anything is touched, and
the new state is put in place in one step.

A watch that runs on the directory is asked to hand it over: it begins nothing new, ends the
calls that are under way, waits until the backup is in place, and goes on with that. Other
commands are waited for. If somebody still has the directory open after --wait nothing is
touched, and it says who. With --wait 0 nobody is asked or waited for.

What was synced since the backup was made is not in it. Therefore the next run of each link
reads both sides as a whole, and every delete is held, since what looks deleted from back
then may have been restored or kept by somebody since: look at what is held, approve what
is right, and let deletes flow again with "procorebox link release LINK". Everything else
flows at once: what is equal on both sides is recognised, and of what differs nothing is lost.

--current says that nothing was synced since the backup was made, as when it was made to
move to another machine, with no watch on the old one any more: then deletes flow on as before.

Services give a new token for each old one, so the tokens in a backup may be of no use any
more; the first command says so then, and "procorebox connect" signs in again.`,
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.settings(c.getenv)
			if err != nil {
				return err
			}
			if opts.Wait < 0 {
				return usage("--wait must not be negative, not %s", opts.Wait)
			}
			opts.Program, opts.Person, opts.Waiting = cmd.CommandPath(), operator(), c.waitsFor
			r, err := office.Restore(cmd.Context(), s, args[0], opts)
			if errors.Is(err, syscall.ENOTDIR) {
				return &advised{err, otherDirectory}
			}
			if err != nil {
				return unread("restore", args[0], err)
			}
			return c.restored(r, asJSON)
		},
	}
	cmd.Flags().BoolVar(&opts.Replace, "replace", false, "put aside what is in the data directory")
	cmd.Flags().BoolVar(&opts.Current, "current", false, "nothing was synced since the backup was made")
	cmd.Flags().DurationVar(&opts.Wait, "wait", time.Minute, "how long to wait for whoever has the data directory open")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// waitsFor says whom a restore waits for.
func (c *console) waitsFor(who []syncer.Owner) {
	names := make([]string, len(who))
	for i, o := range who {
		names[i] = o.String()
	}
	if len(names) > 0 {
		c.say("waiting for %s to close the data directory", readable(strings.Join(names, ", ")))
	}
}

func (c *console) restored(r *office.Restored, asJSON bool) error {
	if asJSON {
		return c.object(r)
	}
	lines := []string{fmt.Sprintf("%s put back into %s as of %s UTC, made on %s",
		linksInWords(r.Links), readable(r.Data), r.Made.UTC().Format(time.DateTime), readable(r.Host))}
	if r.Aside != "" {
		lines = append(lines, "what was there before is in "+readable(r.Aside))
	}
	if !r.Key {
		lines = append(lines, "the key of the connections is not here: copy procorebox.key of back then to "+readable(r.Data)+", or connect again")
	}
	if r.Careful {
		lines = append(lines, `deletes wait until you have looked at what is held; "procorebox link release LINK" lets them flow again`)
	}
	return c.print("%s\n", strings.Join(lines, "\n"))
}
