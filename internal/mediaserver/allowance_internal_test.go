package mediaserver

import (
	"testing"
	"time"
)

func TestAllowance(t *testing.T) {
	began := time.Unix(0, 0)
	for name, c := range map[string]struct {
		bytes uint64
		every time.Duration
		want  bool
	}{
		"acknowledgements":       {16, 100 * time.Millisecond, false},
		"all that is allowed":    {allowancePerSecond, time.Second, false},
		"twice what is allowed":  {2 * allowancePerSecond, time.Second, true},
		"one-byte media at once": {13, 0, true},
	} {
		a := allowance{at: began}
		exceeded := false
		for n := range uint64(50000) {
			exceeded = exceeded || a.exceeded((n+1)*c.bytes, began.Add(time.Duration(n)*c.every))
		}
		if exceeded != c.want {
			t.Errorf("%s: exceeded %v", name, exceeded)
		}
	}
	patient := allowance{at: began}
	if !patient.exceeded(allowanceBurst+1<<20, began.Add(24*time.Hour)) {
		t.Error("a day of silence buys a flood")
	}
}
