package api

import (
	"net/http"
	"net/url"
	"strings"
)

// tolerantPaths gives every path the form of the routes, for old clients write them as the old servers took them: in any case, with
// doubled and trailing slashes, and with the blanks of the printed document around a segment.
func tolerantPaths(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r2 := new(http.Request)
		*r2 = *r
		r2.URL = new(url.URL)
		*r2.URL = *r.URL
		r2.URL.Path, r2.URL.RawPath = normalPath(r.URL.Path), ""
		next.ServeHTTP(w, r2)
	})
}

// normalPath is the path in capitals, each segment without blanks around it and no segment empty. It is idempotent.
func normalPath(path string) string {
	var b strings.Builder
	for segment := range strings.SplitSeq(path, "/") {
		if segment = strings.TrimSpace(segment); segment != "" {
			b.WriteByte('/')
			b.WriteString(strings.Map(capital, segment))
		}
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// capital leaves all but ASCII alone: Unicode has other letters whose capital is an S.
func capital(r rune) rune {
	if 'a' <= r && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}
