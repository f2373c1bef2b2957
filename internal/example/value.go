package example

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/ident"
)

// mix joins two seeds to one that looks like neither (the finisher of SplitMix64).
func mix(a, b uint64) uint64 {
	x := a + bits.RotateLeft64(b, 25) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// text makes a seed of a text (FNV-1a).
func text(s string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return h
}

// draw returns what the item number i of a property is chosen by.
func (o *object) draw(f *field, i int) uint64 { return mix(o.h^f.hash, uint64(i)) }

func pick[T any](from []T, n uint64) T { return from[n%uint64(len(from))] }

// between returns a number from low to high, both included.
func between(low, high int64, h uint64) int64 { return low + int64(h%uint64(high-low+1)) }

// letters returns n letters of an alphabet.
func letters(alphabet string, n int, h uint64) string {
	rnd := rand.NewPCG(h, 0x6772617068)
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rnd.Uint64()%uint64(len(alphabet))]
	}
	return string(b)
}

const (
	digits  = "0123456789"
	hexa    = digits + "abcdef"
	capital = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	base32  = capital + "234567"
	base62  = capital + "abcdefghijklmnopqrstuvwxyz" + digits
)

func guid(h uint64) string {
	var s ident.Source
	s.Reset(h)
	return s.GUID()
}

// raw returns n bytes, in base64.
func raw(n int, h uint64) string {
	rnd := rand.NewPCG(h, 0x6772617068)
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rnd.Uint64())
	}
	return base64.StdEncoding.EncodeToString(b)
}

// scalar returns the item number i of a property that is not structured; nil if
// there is no good value, or none at all.
func (o *object) scalar(f *field, i int) any {
	h := o.draw(f, i)
	if f.Type.Enum != nil {
		return o.enumMember(f, h)
	}
	switch f.Type.Primitive {
	case edm.Stream, edm.NoPrimitive:
		return nil
	case edm.String:
		return o.string(f, i)
	case edm.Boolean:
		return f.truth(h)
	case edm.Guid:
		return o.guid(f, i)
	case edm.DateTimeOffset:
		return o.time(f).Format(stamp)
	case edm.Date:
		return o.date(f)
	case edm.TimeOfDay:
		return timeOfDay(f, h)
	case edm.Duration:
		return duration(f, h)
	case edm.Binary:
		if f.lower == "contentbytes" {
			return base64.StdEncoding.EncodeToString([]byte(o.topic().text))
		}
		if f.words[len(f.words)-1] == "xml" {
			return base64.StdEncoding.EncodeToString([]byte(`<?xml version="1.0" encoding="utf-8"?><settings/>`))
		}
		return raw(24, h)
	case edm.Single, edm.Double, edm.Decimal:
		return o.fraction(f, h)
	case edm.Geography, edm.Geometry:
		c := o.culture()
		return map[string]any{"type": "Point", "coordinates": []any{number(c.long), number(c.lat)}}
	case edm.Untyped:
		return o.topic().title
	}
	return o.integer(f, h)
}

// enumMember chooses of an enumeration: mostly a usual member; nil if it has none.
func (o *object) enumMember(f *field, h uint64) any {
	if len(f.enum) == 0 {
		return nil
	}
	if want := cmp.Or(fixed[o.typed(f)], fixed[f.lower]); slices.Contains(f.enum, want) {
		return want
	} else if want == "none" && f.hasNone() {
		return want
	}
	if f.lower == "contenttype" && slices.Contains(f.enum, "html") && slices.Contains(f.enum, "text") {
		if o.html() {
			return "html"
		}
		return "text"
	}
	one := pick(f.enum, h>>8)
	if len(f.usual) > 0 && h%4 > 0 {
		one = pick(f.usual, h>>8)
	}
	if two := pick(f.enum, h>>16); f.Type.Enum.Flags && !f.Type.Collection && two != one && h%2 == 0 {
		return one + "," + two
	}
	return one
}

// hasNone reports whether a vague member is one that there is.
func (f *field) hasNone() bool {
	m, ok := f.Type.Enum.Member("none")
	return ok && m.Name == "none"
}

// fixed are members of enumerations that go with other members of their type.
var fixed = map[string]string{
	"riskdetail": "none", "risklevel": "none", "risklevelaggregated": "none", "risklevelduringsignin": "none", "riskstate": "none", "mobiledevicemanagementauthority": "intune",
	"event.type": "singleInstance", "event.showas": "busy", "event.sensitivity": "normal", "event.importance": "normal", "message.importance": "normal", "location.locationtype": "conferenceRoom", "location.uniqueidtype": "directory",
	"recurrencepattern.type": "weekly", "recurrencepattern.index": "first", "recurrencepattern.firstdayofweek": "sunday", "recurrencerange.type": "endDate",
	"message.inferenceclassification": "focused", "followupflag.flagstatus": "notFlagged",
	"chatmessage.messagetype": "message", "chat.chattype": "group", "channel.membershiptype": "standard", "teamworkuseridentity.useridentitytype": "aadUser",
	"phone.type": "business", "attendee.type": "required", "attendeebase.type": "required", "todotask.status": "notStarted", "plannertask.previewtype": "automatic",
}

// typed returns the name of a property with the type that declares it.
func (o *object) typed(f *field) string {
	if f.Owner == nil {
		return f.lower
	}
	return strings.ToLower(f.Owner.Name) + "." + f.lower
}

// html reports whether the content of a body is HTML; its contentType says so, too.
func (o *object) html() bool { return o.h%2 == 0 }

func (f *field) truth(h uint64) bool {
	known := func(words map[string]bool) bool {
		return slices.ContainsFunc(f.words, func(w string) bool { return words[w] })
	}
	switch {
	case known(falseWords):
		return false
	case known(trueWords):
		return true
	}
	return h%4 == 0
}

func (o *object) guid(f *field, i int) string {
	switch {
	case f.key && isGUID(o.id):
		return strings.ToLower(o.id)
	case strings.HasSuffix(f.lower, "tenantid"), f.lower == "appownerorganizationid":
		return o.m.tenant()
	}
	return guid(o.draw(f, i))
}

// isGUID reports whether s has the form of a GUID.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !strings.ContainsRune(hexa, rune(c|0x20)) {
				return false
			}
		}
	}
	return true
}

// bounds returns the range of a number.
func (f *field) bounds() (low, high int64) {
	for i := len(f.words) - 1; i >= 0; i-- {
		for _, w := range []string{f.words[i], singular(f.words[i])} {
			if r, ok := ranges[w]; ok {
				return r[0], r[1]
			}
		}
	}
	return 0, 20
}

// quota is the size of a drive.
const quota = 1 << 40

func (o *object) integer(f *field, h uint64) any {
	if f.key {
		if n, err := strconv.ParseInt(o.id, 10, 32); err == nil {
			return json.Number(strconv.FormatInt(n, 10))
		}
	}
	low, high := f.bounds()
	n := between(low, high, h)
	switch o.name + "." + f.lower {
	case "recurrencepattern.interval":
		n = 1
	case "recurrencepattern.dayofmonth", "recurrencepattern.month", "recurrencerange.numberofoccurrences",
		"licenseunitsdetail.lockedout", "licenseunitsdetail.suspended", "licenseunitsdetail.warning", "plannertask.percentcomplete":
		n = 0
	case "licenseunitsdetail.enabled":
		n = 25
	case "event.reminderminutesbeforestart":
		n = 15
	case "mailfolder.unreaditemcount", "mailfolder.childfoldercount", "plannertask.activechecklistitemcount":
		n %= 4
	case "mailfolder.totalitemcount", "plannertask.checklistitemcount":
		n += 4
	case "quota.total":
		n = quota
	case "quota.used":
		n = quota / 4096 * int64(1+o.h%2048)
	case "quota.remaining":
		n = quota - quota/4096*int64(1+o.h%2048)
	}
	switch f.lower {
	case "start":
		n = n%5 + 1
	case "end":
		n += 6
	}
	if f.words[0] == "total" && f.words[len(f.words)-1] == "bytes" {
		n += 8 << 30 // more than is free
	}
	switch f.Type.Primitive { // within the type: a multiple is as good
	case edm.SByte:
		n %= 100
	case edm.Byte:
		n %= 256
	case edm.Int16:
		n %= 30_000
	case edm.Int32:
		n %= 2_000_000_000
	}
	return json.Number(strconv.FormatInt(n, 10))
}

func number(x float64) json.Number { return json.Number(strconv.FormatFloat(x, 'f', -1, 64)) }

func (o *object) fraction(f *field, h uint64) any {
	switch f.words[len(f.words)-1] {
	case "latitude":
		return number(o.culture().lat)
	case "longitude":
		return number(o.culture().long)
	}
	low, high := f.bounds()
	if f.Type.Primitive == edm.Decimal && (f.Scale == "" || f.Scale == "0") {
		return json.Number(strconv.FormatInt(between(low, high, h), 10))
	}
	return number(float64(between(low*10, high*10, h)) / 10)
}

// times are when things happened to an object: created <= modified, and both on
// earlier days than now; start < end.
type times struct{ created, modified, start, end time.Time }

// stamp is how times are written.
const stamp = "2006-01-02T15:04:05.999Z07:00"

const day = 24 * time.Hour

// today returns the start of the day that times are relative to.
func (m *Maker) today() time.Time {
	if m.Now.IsZero() {
		return time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return m.Now.UTC().Truncate(day)
}

// clock returns the times of an object. Those of a complex value are those of what
// it is part of.
func (o *object) clock() *times {
	if o.times != nil {
		return o.times
	}
	if o.depth > 0 {
		t := *o.parent.clock()
		if o.of.Type.Collection && !o.parent.past { // of several, each has its day
			t.start, t.end = t.start.Add(time.Duration(o.h%8)*day), t.end.Add(time.Duration(o.h%8)*day)
		}
		o.times = &t
		return o.times
	}
	today := o.m.today()
	h := mix(o.h, text("times"))
	ago := between(30, 800, h)
	recent := o.recent
	if recent {
		ago = between(1, 40, h)
	}
	t := &times{created: today.Add(-time.Duration(ago)*day + time.Duration(between(7*3600, 17*3600, h>>16))*time.Second)}
	if ms, err := strconv.ParseInt(o.id, 10, 64); err == nil && len(o.id) == 13 && o.name == "chatmessage" {
		t.created = time.UnixMilli(ms).UTC()
	}
	since := between(60, max(61, int64(today.Sub(t.created)/time.Second)), h>>24)
	switch {
	case o.name == "chatmessage":
		since = 0
	case recent:
		since = between(60, 3*3600, h>>24)
	}
	t.modified = t.created.Add(time.Duration(since) * time.Second)
	if o.past {
		t.start, t.end = t.created, t.modified
	} else {
		t.start = today.Add(time.Duration(between(1, 21, h>>32))*day + time.Duration(between(16, 32, h>>40))*30*time.Minute)
		t.end = t.start.Add(time.Duration(between(1, 3, h>>48)) * 30 * time.Minute)
		if !o.brief {
			t.end = t.end.Add(time.Duration(between(30, 180, h>>56)) * day)
		}
	}
	o.times = t
	return t
}

// time returns the time that a property speaks of.
func (o *object) time(f *field) time.Time {
	t := o.clock()
	words := f.words
	if (f.lower == "datetime" || f.lower == "time" || f.lower == "date") && o.of.words != nil {
		words = o.of.words // of which start.dateTime is the time
	}
	for _, w := range words {
		switch w {
		case "last", "modified", "updated", "completed", "ended", "activity", "seen", "closed", "resolved":
			return t.modified
		case "start", "started", "begin", "earliest", "effective", "reminder", "available":
			return t.start
		case "end", "latest":
			return t.end
		case "expiration", "expiry", "expires", "expiring", "expire", "due", "until", "next", "scheduled", "renewal", "valid", "after", "grace":
			return t.end.Add(30 * day)
		case "received":
			return t.created.Add(2 * time.Second)
		case "birthday", "birth":
			return time.Date(1962+int(o.n%40), time.Month(1+o.n>>8%12), 1+int(o.n>>16%28), 0, 0, 0, 0, time.UTC)
		}
	}
	return t.created
}

// date is time without the time of day. The last day is behind the first.
func (o *object) date(f *field) string {
	t := o.time(f)
	if slices.Contains(f.words, "end") {
		t = t.Add(day)
		if o.past { // stay behind
			t = o.m.today()
		}
	}
	return t.Format(time.DateOnly)
}

func timeOfDay(f *field, h uint64) string {
	for _, w := range f.words {
		switch w {
		case "start", "opens", "begin":
			return "08:00:00.0000000"
		case "end", "closes", "due":
			return "17:00:00.0000000"
		}
	}
	return pick([]string{"09:00:00.0000000", "12:30:00.0000000", "22:00:00.0000000"}, h)
}

func duration(f *field, h uint64) string {
	for i := len(f.words) - 1; i >= 0; i-- {
		switch f.words[i] {
		case "jitter", "delay", "trip", "freeze":
			return pick([]string{"PT0.012S", "PT0.026S", "PT0.041S"}, h)
		case "lifetime", "frequency", "retention", "recommendation", "deleted", "removal", "expiration", "wipe", "extend", "inactive", "advance":
			return pick([]string{"P7D", "P30D", "P90D"}, h)
		case "buffer":
			return pick([]string{"PT5M", "PT10M", "PT15M"}, h)
		}
	}
	return pick([]string{"PT30M", "PT1H", "PT2H"}, h)
}
