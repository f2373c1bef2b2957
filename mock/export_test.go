package mock

import (
	"maps"
	"slices"
)

// ControlRoutes returns the patterns of the control API.
func ControlRoutes() []string { return slices.Collect(maps.Keys(controlRoutes)) }
