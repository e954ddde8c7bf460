package office

import (
	"cmp"
	"context"

	"github.com/procorebox/procorebox/mapping"
)

// away says why a tool cannot be worked on, after err has said that it cannot: which of its roots is in the
// trash or not visible.
func (o *Office) away(ctx context.Context, p mapping.Part, err error) string {
	why, _ := o.Links.Away(ctx, p) // whatever it is, err says something
	return cmp.Or(why, err.Error())
}
