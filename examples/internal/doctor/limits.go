package doctor

import (
	"fmt"
	"strings"
	"time"

	"github.com/procorebox/procorebox/examples/internal/office"
)

// limits tells how much of a service's limits is used up.
func (d *Doctor) limits(s office.Service) []Finding {
	about := string(s) + ": limits"
	var told []string
	for _, u := range d.office.Usage(s) {
		switch {
		case u.Most == 0:
			told = append(told, fmt.Sprintf("%s: %d used", u.Window, u.Used))
		case u.Free > time.Second:
			return []Finding{warn(about, "wait", "%s: all %d are used up; the next call may go in %s", u.Window, u.Most, u.Free.Round(time.Second))}
		default:
			told = append(told, fmt.Sprintf("%s: %d used, %d left", u.Window, u.Used, max(0, u.Most-u.Used)))
		}
	}
	if len(told) == 0 {
		return nil
	}
	return []Finding{fine(about, "%s", strings.Join(told, "; "))}
}
