package shadow

import (
	"cmp"
	"encoding/json"
	"io"
	"math"
	"slices"
	"sync"
	"time"
)

const (
	// maxAlike is how many lines of the same difference are written; the summary goes on counting.
	maxAlike = 20
	// maxKinds is how many different differences are told apart.
	maxKinds = 2000
)

// line is one exchange in the report.
type line struct {
	Time        time.Time    `json:"time"`
	Method      string       `json:"method"`
	Endpoint    string       `json:"endpoint"`
	OldStatus   int          `json:"old_status_code"`
	NewStatus   int          `json:"new_status_code"`
	OldMillis   float64      `json:"old_ms"`
	NewMillis   float64      `json:"new_ms"`
	Note        string       `json:"note,omitempty"`
	Differences []Difference `json:"differences"`
}

// Summary is what a shadow has seen so far.
type Summary struct {
	Began time.Time `json:"began"`
	// Requests are those that both sides have answered, Alike those answered alike: at most with more fields.
	Requests int `json:"requests"`
	Alike    int `json:"alike"`
	// EndedByOld are sessions that the old server had no more though nobody had stopped them: their recording was over, or it was started
	// anew. The first call that told so is one of Requests, and no difference.
	EndedByOld int `json:"ended_by_old"`
	// Earlier are calls to sessions that began before the shadow, which it cannot judge. LeftOut were not looked at because too many
	// waited, Unanswered are requests whose answer did not come to its end, Unreadable connections that spoke no HTTP, OldAway
	// connections that the old server was not there for.
	Earlier    int `json:"earlier"`
	LeftOut    int `json:"left_out"`
	Unanswered int `json:"unanswered"`
	Unreadable int `json:"unreadable"`
	OldAway    int `json:"old_away"`
	// Endpoints and Differences come most frequent first.
	Endpoints   []EndpointSummary   `json:"endpoints"`
	Differences []DifferenceSummary `json:"differences"`
}

// EndpointSummary is what came of one kind of call. Times are in milliseconds; those of the new side are without recorders.
type EndpointSummary struct {
	Endpoint string  `json:"endpoint"`
	Requests int     `json:"requests"`
	Alike    int     `json:"alike"`
	OldMean  float64 `json:"old_mean_ms"`
	OldMost  float64 `json:"old_max_ms"`
	NewMean  float64 `json:"new_mean_ms"`
	NewMost  float64 `json:"new_max_ms"`
}

// DifferenceSummary is one difference and how often it was met. Old and New are those of the first time.
type DifferenceSummary struct {
	Endpoint string `json:"endpoint"`
	Difference
	Count int `json:"count"`
}

// place is what makes differences the same.
type place struct {
	endpoint, field string
	kind            Kind
}

// report writes lines and counts. It is safe for concurrent use.
type report struct {
	fail func(error) // a line could not be written; called once

	mu        sync.Mutex
	out       io.Writer
	failed    bool
	summary   Summary
	endpoints map[string]*EndpointSummary
	places    map[place]*DifferenceSummary
}

func newReport(out io.Writer, now time.Time, fail func(error)) *report {
	return &report{
		fail: fail, out: out, summary: Summary{Began: now},
		endpoints: map[string]*EndpointSummary{}, places: map[place]*DifferenceSummary{},
	}
}

// add counts an exchange, and writes a line where its answers differ in a way that is not known well.
func (r *report) add(l line) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Requests++
	e := r.endpoints[l.Endpoint] // there are only a few names, see endpointOf
	if e == nil {
		e = &EndpointSummary{Endpoint: l.Endpoint}
		r.endpoints[l.Endpoint] = e
	}
	e.Requests++
	e.OldMean += (l.OldMillis - e.OldMean) / float64(e.Requests)
	e.NewMean += (l.NewMillis - e.NewMean) / float64(e.Requests)
	e.OldMost, e.NewMost = max(e.OldMost, l.OldMillis), max(e.NewMost, l.NewMillis)
	if alike(l.Differences) {
		r.summary.Alike++
		e.Alike++
	}
	if r.isNew(l) {
		r.write(l)
	}
}

// alike tells answers that differ at most by fields that the old clients do not know.
func alike(differences []Difference) bool {
	return !slices.ContainsFunc(differences, func(d Difference) bool { return d.Kind != KindAdded })
}

// isNew counts the differences of a line and tells whether one of them was not met often yet.
func (r *report) isNew(l line) bool {
	fresh := false
	for _, d := range l.Differences {
		at := place{l.Endpoint, d.Field, d.Kind}
		known := r.places[at]
		if known == nil {
			if len(r.places) >= maxKinds {
				continue
			}
			known = &DifferenceSummary{Endpoint: l.Endpoint, Difference: d}
			r.places[at] = known
		}
		known.Count++
		fresh = fresh || known.Count <= maxAlike
	}
	return fresh
}

func (r *report) write(l line) {
	text, err := json.Marshal(l)
	if err == nil {
		_, err = r.out.Write(append(text, '\n'))
	}
	if err != nil && !r.failed {
		r.failed = true
		r.fail(err)
	}
}

func (r *report) earlier()    { r.count(func(s *Summary) { s.Earlier++ }) }
func (r *report) endedByOld() { r.count(func(s *Summary) { s.EndedByOld++ }) }
func (r *report) unanswered() { r.count(func(s *Summary) { s.Unanswered++ }) }
func (r *report) leftOut()    { r.count(func(s *Summary) { s.LeftOut++ }) }
func (r *report) unreadable() { r.count(func(s *Summary) { s.Unreadable++ }) }
func (r *report) oldAway()    { r.count(func(s *Summary) { s.OldAway++ }) }

func (r *report) count(change func(*Summary)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.summary)
}

// sum returns what was counted so far.
func (r *report) sum() Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.summary
	s.Endpoints = make([]EndpointSummary, 0, len(r.endpoints))
	for _, e := range r.endpoints {
		of := *e
		of.OldMean, of.NewMean = math.Round(e.OldMean*1000)/1000, math.Round(e.NewMean*1000)/1000
		s.Endpoints = append(s.Endpoints, of)
	}
	slices.SortFunc(s.Endpoints, func(a, b EndpointSummary) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Endpoint, b.Endpoint))
	})
	s.Differences = make([]DifferenceSummary, 0, len(r.places))
	for _, d := range r.places {
		s.Differences = append(s.Differences, *d)
	}
	slices.SortFunc(s.Differences, func(a, b DifferenceSummary) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.Endpoint, b.Endpoint), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Kind, b.Kind))
	})
	return s
}
