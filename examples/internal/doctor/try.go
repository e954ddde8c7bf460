package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
)

// A deed is what an account may be allowed to do, or not.
type deed struct {
	name  string
	costs string // what does not happen without it
	do    func(ctx context.Context) error
}

// Try does in a folder of its own, in each of the folders that s names, what a sync does: make, change, rename and delete. It
// returns a Finding for each service, and what is left of s for Settle: a folder in which not all of it may be done is taken
// out. An error means that the context ended.
func (d *Doctor) Try(ctx context.Context, l mapping.Link, s Scratch) (all []Finding, left Scratch, err error) {
	k := &desk{doctor: d}
	if b, err := d.office.Box(ctx); err == nil {
		k.box = b.Client
	}
	if err := k.enter(ctx, l); err != nil {
		return nil, s, err
	}
	left = s
	name := "procorebox doctor tries " + time.Now().UTC().Format("20060102 150405")
	if s.Box != "" && k.box != nil {
		f := try(ctx, "box: what the account may do", "make the account an editor or co-owner of the folder, and give the app root_readwrite", name, k.boxDeeds(s.Box, name))
		if all = append(all, f); f.Result != OK {
			left.Box = ""
		}
	}
	if s.Procore != 0 && k.procore != nil {
		f := try(ctx, "procore: what the account may do in documents", "an administrator must give the account Admin in Documents", name, k.procoreDeeds(s.Procore, name))
		if all = append(all, f); f.Result != OK {
			left.Procore = 0
		}
	}
	return all, left, ctx.Err()
}

// errUntried says that a deed could not be tried, since one before it was refused.
var errUntried = errors.New("not tried")

// try does one deed after the other. The first makes the folder and the last removes it, which is done whatever comes of the others.
func try(ctx context.Context, about, do, name string, all []deed) Finding {
	var taken, refused, odd []string
	first, last := all[0], all[len(all)-1]
	if err := first.do(ctx); err != nil && !errors.Is(err, fs.ErrPermission) {
		return fail(about, "name another folder", "the folder %q could not be made: %v", name, err)
	} else if err != nil {
		return fail(about, do, "may not %s: %s", first.name, first.costs)
	}
	for _, one := range all[1:] {
		carryOut := one.do
		if one.name == last.name {
			carryOut = anyway(one.do)
		}
		switch err := carryOut(ctx); {
		case err == nil:
			taken = append(taken, one.name)
		case errors.Is(err, errUntried):
		case errors.Is(err, fs.ErrPermission):
			refused = append(refused, one.name+": "+one.costs)
		default:
			odd = append(odd, fmt.Sprintf("%s: %v", one.name, err))
		}
	}
	if len(taken) == 0 || taken[len(taken)-1] != last.name {
		do += fmt.Sprintf("; remove the folder %q, which could not be deleted", name)
	}
	switch {
	case len(refused) > 0:
		return fail(about, do, "may not %s", strings.Join(refused, "; may not "))
	case len(odd) > 0:
		return warn(about, do, "could not be tried: %s", strings.Join(odd, "; "))
	}
	return fine(about, "tried in a folder that lies in the trash now, and taken: %s, %s", first.name, strings.Join(taken, ", "))
}

// anyway does it for whoever has interrupted, too: they want nothing left behind.
func anyway(do func(ctx context.Context) error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		return do(ctx)
	}
}

func (k *desk) boxDeeds(in, name string) []deed {
	var folder, file string
	return []deed{
		{"make a folder", "no folder of Procore reaches Box", func(ctx context.Context) error {
			made, err := k.box.PostFolders(ctx, in, name)
			if err == nil {
				folder = made.ID
			}
			return err
		}},
		{"make a file", "nothing new of Procore reaches Box", func(ctx context.Context) error {
			made, err := k.box.PostFilesContent(ctx, box.Target{ParentID: folder, Name: "file.txt"}, aText())
			if err == nil {
				file = made.ID
			}
			return err
		}},
		{"give a file a new version", "no new version of Procore reaches Box", func(ctx context.Context) error {
			if file == "" {
				return errUntried
			}
			_, err := k.box.PostFilesIDContent(ctx, box.Target{FileID: file}, aText())
			return err
		}},
		{"rename a file", "new names and places of Procore do not reach Box", func(ctx context.Context) error {
			if file == "" {
				return errUntried
			}
			_, err := k.box.PutFilesID(ctx, file, box.Change{Name: "renamed.txt"})
			return err
		}},
		{"delete", "deletes of Procore do not reach Box", func(ctx context.Context) error { return k.box.DeleteFoldersID(ctx, folder, "", true) }},
	}
}

func (k *desk) procoreDeeds(in procore.ID, name string) []deed {
	var folder, file procore.ID
	return []deed{
		{"make a folder", "no folder of Box reaches Procore", func(ctx context.Context) error {
			made, err := k.newFolder(ctx, in, name)
			if err == nil {
				folder = made.ID
			}
			return err
		}},
		{"make a file", "nothing new of Box reaches Procore", func(ctx context.Context) error {
			made, err := k.newFile(ctx, folder, "file.txt", "a file\n")
			if err == nil {
				file = made.ID
			}
			return err
		}},
		{"give a file a new version", "no new version of Box reaches Procore", func(ctx context.Context) error {
			if file == 0 {
				return errUntried
			}
			now, err := k.procore.GetFilesID(ctx, k.in, file)
			if err != nil {
				return err
			}
			up, err := k.procore.Upload(ctx, k.in, "file.txt", aText())
			if err == nil && now.Current() != nil {
				_, err = k.procore.PatchFilesID(ctx, k.in, file, procore.FileChange{Upload: up, Current: now.Current().ID})
			}
			return err
		}},
		{"rename a file", "new names and places of Box do not reach Procore", func(ctx context.Context) error {
			if file == 0 {
				return errUntried
			}
			_, err := k.procore.PatchFilesID(ctx, k.in, file, procore.FileChange{Name: "renamed.txt"})
			return err
		}},
		{"delete", "deletes of Box do not reach Procore", func(ctx context.Context) error { return k.procore.DeleteFoldersID(ctx, k.in, folder) }},
	}
}
