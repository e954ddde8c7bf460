package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/procore"
)

// scratch makes the folders that probes may write in, and returns what removes them, also after an error.
// Both services move them to their bins, where they can still be looked at.
func (k *desk) scratch(ctx context.Context, s Scratch) (clean func() error, err error) {
	name := "procorebox doctor " + time.Now().UTC().Format("20060102 150405")
	var undo []func(context.Context) error
	clean = func() error {
		// Who has interrupted wants nothing of it left behind.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		var errs []error
		for _, f := range undo {
			errs = append(errs, f(ctx))
		}
		return errors.Join(errs...)
	}
	if s.Box != "" && k.box != nil {
		made, err := k.box.PostFolders(ctx, s.Box, name)
		if err != nil {
			return clean, fmt.Errorf("make a scratch folder in folder %s of Box: %w", s.Box, err)
		}
		k.boxScratch = made.ID
		undo = append(undo, func(ctx context.Context) error {
			if err := k.box.DeleteFoldersID(ctx, made.ID, "", true); err != nil {
				return fmt.Errorf("remove the scratch folder %q (%s) of Box, please do: %w", name, made.ID, err)
			}
			return nil
		})
	}
	if s.Procore != 0 && k.procore != nil {
		made, err := k.procore.PostFolders(ctx, k.in, procore.NewFolder{ParentID: s.Procore, Name: name})
		if err != nil {
			return clean, fmt.Errorf("make a scratch folder in folder %s of Procore: %w", s.Procore, err)
		}
		k.procoreScratch = made.ID
		undo = append(undo, func(ctx context.Context) error {
			if err := k.procore.DeleteFoldersID(ctx, k.in, made.ID); err != nil {
				return fmt.Errorf("remove the scratch folder %q (%s) of Procore, please do: %w", name, made.ID, err)
			}
			return nil
		})
	}
	return clean, nil
}
