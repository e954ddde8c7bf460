package syncer

// left is what the actions take that a run has not ended yet.
type left [2]Cost

func (l *left) of(p *Plan) {
	for _, side := range sides {
		l[side] = p.Cost(side)
	}
}

// done takes an action off.
func (l *left) done(p *Plan, i int) {
	for _, side := range sides {
		l[side] = l[side].minus(p.CostOf(i, side))
	}
}

// estimate asks the Pacers of both sides how long two costs take.
func (e *Engine) estimate(costs left) Estimate {
	est := Estimate{Source: costs[Source], Destination: costs[Destination]}
	for _, side := range sides {
		if pacer := e.pair.Endpoint(side).Pacer; pacer != nil {
			est.Time = max(est.Time, pacer.Estimate(costs[side]))
		}
	}
	return est
}
