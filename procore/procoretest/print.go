package procoretest

import (
	"bytes"
	"fmt"
)

// printed renders a PDF and answers where it can be had: each time another one, which is what trips
// those who compare contents (trap 27).
func (c *call) printed(s Sheet) (*reply, error) {
	p := c.procore
	s.At, s.Copy = c.drive().now(), p.printed
	p.printed++
	var b bytes.Buffer
	if err := p.options.Render(&b, s); err != nil {
		return nil, fmt.Errorf("render %s: %w", s.Title, err)
	}
	blob, err := p.vault.Store(&b)
	if err != nil {
		return nil, err
	}
	f := c.drive().keep(c.user, c.place, s.Title+".pdf", "application/pdf", blob)
	if p.options.Switches.PrintedAtStorage {
		return redirect(p.targetOf(f)), nil
	}
	return redirect(p.linkOf(f)), nil
}
