package syncer

// The journal tells once what a run found and did nothing about. The rows are stored in one Batch with what
// makes them known, so that no kill makes them be told twice.

// heldBack is the row of an action that was not tried, since a policy keeps it back.
func (r *run) heldBack(h *Hold) Outcome {
	return Outcome{
		At: r.now(), Action: h.Action, Op: h.Op, On: h.On, Record: h.Record, Kind: h.Kind, Path: h.Path,
		Result: Held, Reason: h.Reason, By: r.pending[PendingKey{Record: h.Record}].By,
	}
}

// leave adds the row of an item that begins to be left as it is. What waits for something is told when that
// has ended.
func (r *run) leave(b *Batch, p *Pending, kind Kind) {
	if old := r.pending[p.PendingKey]; !p.Quiet || p.Conflict || p.Result != 0 || old.Quiet && old.Reason == p.Reason {
		return
	}
	b.Outcomes = append(b.Outcomes, Outcome{
		At: r.now(), On: p.On, Record: p.Record, Kind: kind, Path: p.Path, Result: Left, Reason: p.Reason, By: p.By,
	})
}

// clashed is the row of a conflict that was not known before.
func (r *run) clashed(c *Clash) Outcome {
	why := c.Resolution.String()
	if c.Reason != "" {
		why += ": " + c.Reason
	}
	return Outcome{At: r.now(), Record: c.Record, Kind: c.Kind, Path: c.Path, Result: Clashed, Reason: why}
}
