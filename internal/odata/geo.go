package odata

import (
	"regexp"
	"strings"
)

var (
	sridText = regexp.MustCompile(`(?i)^SRID=\d{1,5};`)
	// shapeText matches a shape that isn't a collection of shapes.
	shapeText = func() *regexp.Regexp {
		list := func(item, more string) string { return `\( *` + item + `( *, *` + item + `)` + more + ` *\)` }
		any := func(item string) string { return `\( *(` + item + `( *, *` + item + `)*)? *\)` }
		const number = `([-+]?\d+(\.\d+)?(E[-+]?\d+)?|NaN|-?INF)`
		const position = number + `( +` + number + `){1,3}`
		const point = `\( *` + position + ` *\)`
		line := list(position, "+")
		polygon := list(list(position, "*"), "*")
		return regexp.MustCompile(`(?i)^(Point` + point + `|LineString` + line + `|Polygon` + polygon +
			`|MultiPoint` + any(point) + `|MultiLineString` + any(line) + `|MultiPolygon` + any(polygon) + `)`)
	}()
	shapesText = regexp.MustCompile(`(?i)^(Geometry)?Collection\( *`) // GeometryCollection since OData 4.01
	commaText  = regexp.MustCompile(`^ *, *`)
	closeText  = regexp.MustCompile(`^ *\)`)
)

// isShape tells whether s is the text of a geo literal, such as
// "SRID=4326;Point(1.5 2)". Up to four numbers make a position.
func isShape(s string) bool {
	srid := sridText.FindString(s)
	rest, ok := cutShape(s[len(srid):], 0)
	return srid != "" && ok && rest == ""
}

// cutShape returns what follows the shape that s starts with.
func cutShape(s string, depth int) (rest string, ok bool) {
	if shape := shapeText.FindString(s); shape != "" {
		return s[len(shape):], true
	}
	open := shapesText.FindString(s)
	if open == "" || depth == MaxDepth {
		return s, false
	}
	s = strings.TrimPrefix(s, open)
	for {
		if s, ok = cutShape(s, depth+1); !ok {
			return s, false
		}
		comma := commaText.FindString(s)
		if comma == "" {
			break
		}
		s = s[len(comma):]
	}
	end := closeText.FindString(s)
	return s[len(end):], end != ""
}
