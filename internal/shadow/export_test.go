package shadow

import "io"

// ParseAnswer is what reads the old server's answers.
var ParseAnswer = parseAnswer

// Follow looks at a whole connection and counts its exchanges.
func Follow(requests, responses io.Reader) int {
	asked, said := newTap(), newTap()
	_, _ = io.Copy(asked, requests)
	_, _ = io.Copy(said, responses)
	asked.close()
	said.close()
	count := 0
	follow(asked, said, witness{func(exchange) { count++ }, func() {}, func() {}})
	return count
}
