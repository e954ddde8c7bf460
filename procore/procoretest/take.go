package procoretest

// keep takes a file of a form in.
func (c *call) keep(p *part) *stored { return c.take(p.supply(), p.name) }

// uploaded takes an upload in, under its own name if no other is given.
func (c *call) uploaded(uuid, name string) (*stored, error) {
	s, err := c.upload(uuid)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = s.name
	}
	return c.take(s, name), nil
}

// take keeps contents, which are used up only if the call succeeds.
func (c *call) take(s *supply, name string) *stored {
	c.taken = append(c.taken, s)
	return c.drive().keep(c.user, c.place, name, s.kind, s.blob)
}

// took uses up what a call that succeeded has taken.
func (c *call) took() {
	for _, s := range c.taken {
		s.used()
	}
}
