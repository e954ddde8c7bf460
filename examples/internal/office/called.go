package office

import (
	"context"
	"strings"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// inOurNames returns a path with the name of its tool in front, where it begins with the name that the folder of
// the tool has now on either side: people may have renamed it, and they read paths off what they see. What leads
// into no tool, or cannot be asked for now, is returned as it is.
func inOurNames(ctx context.Context, parts []mapping.Part, path string) string {
	first, rest, more := strings.Cut(strings.TrimLeft(path, "/"), "/")
	if first == "" || toolNamed(first) != "" {
		return path
	}
	for i := range parts {
		if !called(ctx, &parts[i], first) {
			continue
		}
		if path = parts[i].Tool.Folder(); more {
			path += "/" + rest
		}
		return path
	}
	return path
}

// called reports whether the folder of a tool has a name on one of its sides.
func called(ctx context.Context, p *mapping.Part, name string) bool {
	for _, side := range bothSides {
		end := p.Pair.Endpoint(side)
		looker, looks := end.FS.(syncer.Looker)
		if p.Paused != "" || !looks {
			continue
		}
		e, err := looker.Look(ctx, end.Root)
		if err == nil && syncer.NameKey(e.Name) == syncer.NameKey(name) {
			return true
		}
	}
	return false
}
