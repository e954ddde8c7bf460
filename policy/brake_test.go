package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
)

func TestBrakeHaltsAPairWithASideThatHasBecomeEmpty(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                string
		brake               policy.Brake
		full                bool
		source, destination syncer.Tally
		evidence            string
	}{
		{
			"source lists nothing of 900 items",
			policy.Brake{},
			true,
			syncer.Tally{Known: 900},
			syncer.Tally{Known: 900, Listed: 900},
			`source of pair "drawings" lists 0 items, 900 are known there`,
		},
		{
			"destination lists nothing of one item",
			policy.Brake{},
			true,
			syncer.Tally{Known: 1, Listed: 1},
			syncer.Tally{Known: 1},
			`destination of pair "drawings" lists 0 items, 1 are known there`,
		},
		{"a person has confirmed", policy.Brake{Confirm: true}, true, syncer.Tally{Known: 900}, syncer.Tally{Known: 900, Listed: 900}, ""},
		{"the first run knows nothing", policy.Brake{}, true, syncer.Tally{}, syncer.Tally{Listed: 900}, ""},
		{"nothing is known and nothing listed", policy.Brake{}, true, syncer.Tally{}, syncer.Tally{}, ""},
		{"one item is left", policy.Brake{}, true, syncer.Tally{Known: 900, Listed: 1}, syncer.Tally{Known: 900, Listed: 900}, ""},
		{"only a part was looked at", policy.Brake{}, false, syncer.Tally{Known: 900}, syncer.Tally{Known: 900}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plan := &syncer.Plan{Pair: "drawings", Full: c.full, Source: c.source, Destination: c.destination}
			verdicts, err := c.brake.Judge(t.Context(), plan)
			require.Empty(t, verdicts)
			if c.evidence == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, syncer.ErrHalted)
			require.ErrorContains(t, err, c.evidence)
		})
	}
}
