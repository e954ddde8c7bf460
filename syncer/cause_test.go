package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
)

func TestACauseIsWhatTheSentinelOfAnErrorTells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want syncer.Cause
	}{
		{nil, syncer.CauseUnknown},
		{errors.New("item is locked"), syncer.CauseUnknown},
		{syncer.ErrSignIn, syncer.CauseSignIn},
		{syncer.ErrClient, syncer.CauseClient},
		{syncer.ErrUnreached, syncer.CauseUnreached},
		{syncer.ErrReadOnly, syncer.CauseReadOnly},
		{syncer.ErrQuota, syncer.CauseQuota},
		{syncer.ErrName, syncer.CauseName},
		{syncer.ErrRefused, syncer.CauseRefused},
		{fs.ErrPermission, syncer.CausePermission},
		{errors.ErrUnsupported, syncer.CauseUnsupported},
		{syncer.ErrHeld, syncer.CauseHeld},
		{syncer.ErrFenced, syncer.CauseFenced},
		{syncer.ErrDamaged, syncer.CauseDamaged},
		{syncer.ErrOverlap, syncer.CauseOverlap},
		{syncer.ErrInvalid, syncer.CauseInvalid},
		{syncer.ErrLocked, syncer.CauseLocked},
		{syncer.ErrBusy, syncer.CauseBusy},
		{syncer.ErrStale, syncer.CauseStale},
		{fs.ErrExist, syncer.CauseExists},
		{fs.ErrNotExist, syncer.CauseMissing},
		{context.Canceled, syncer.CauseStopped},
		{context.DeadlineExceeded, syncer.CauseTimeout},
		{syncer.NewHalt("p", syncer.Source, "half of all files are gone"), syncer.CauseHalted},
		{&syncer.Error{Op: "update", Err: fmt.Errorf("box: %w", syncer.ErrQuota)}, syncer.CauseQuota},
		{fmt.Errorf("%w: %w", syncer.ErrBusy, syncer.ErrSignIn), syncer.CauseSignIn},
		{errors.Join(context.Canceled, syncer.ErrUnreached, syncer.ErrBusy), syncer.CauseUnreached},
	} {
		require.Equal(t, c.want, syncer.CauseOf(c.err), "%v", c.err)
	}
}
