package nvrsim

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// dahuaInvalid is the body of requests for an object that there is not, or for a method that it does not have.
const dahuaInvalid = "Error\r\nErrorID=2, Detail=Invalid Request!\r\n"

// mediaFileFind searches for recordings. The handle of a search is one for all clients.
func (r *Recorder) mediaFileFind(ctx context.Context, w http.ResponseWriter, req *http.Request) {
	query := req.URL.Query()
	if r.cfg.NoCGISearch || !actionFirst(req) {
		sendText(w, http.StatusBadRequest, dahuaError)
		return
	}
	action := query.Get("action")
	handle, err := strconv.Atoi(query.Get("object"))
	if err != nil && action != "factory.create" {
		sendText(w, http.StatusBadRequest, dahuaError)
		return
	}
	const cgi = "" // the owner
	ok := false
	switch action {
	case "factory.create":
		if created := r.finds.create(cgi, req.RemoteAddr); created != 0 {
			sendText(w, http.StatusOK, fmt.Sprintf("result=%d\r\n", created))
			return
		}
	case "factory.close", "factory.destroy":
		sendText(w, http.StatusBadRequest, dahuaInvalid)
		return
	case "findFile":
		if q, valid := r.cgiQuestion(query); valid {
			_, ok = r.finds.ask(handle, cgi, q)
		}
	case "findNextFile":
		r.findNextFile(ctx, w, handle, query.Get("count"))
		return
	case "close":
		ok = r.finds.end(handle, cgi)
	case "destroy":
		ok = r.finds.destroy(handle, cgi)
	}
	sendOK(w, ok)
}

// actionFirst tells whether the query begins with the action, as it must.
func actionFirst(req *http.Request) bool { return strings.HasPrefix(req.URL.RawQuery, "action=") }

func sendOK(w http.ResponseWriter, ok bool) {
	if ok {
		sendText(w, http.StatusOK, "OK\r\n")
		return
	}
	sendText(w, http.StatusBadRequest, dahuaError)
}

// cgiQuestion reads the conditions of a search. Times with fractions of a second are refused.
func (r *Recorder) cgiQuestion(query url.Values) (q question, ok bool) {
	channel, err := strconv.Atoi(query.Get("condition.Channel"))
	if err != nil {
		return q, false
	}
	q.channel = channel - base(r.cfg.CGIBase)
	for i := 0; query.Has(fmt.Sprintf("condition.Types[%d]", i)); i++ {
		q.types = append(q.types, query.Get(fmt.Sprintf("condition.Types[%d]", i)))
	}
	q.start, q.end, ok = dahuaSpan(query.Get("condition.StartTime"), query.Get("condition.EndTime"))
	return q, ok
}

func dahuaSpan(from, until string) (start, end time.Time, ok bool) {
	start, startErr := time.Parse(time.DateTime, from)
	end, endErr := time.Parse(time.DateTime, until)
	return start, end, startErr == nil && endErr == nil && start.Nanosecond() == 0 && end.Nanosecond() == 0
}

// base is the number of a first channel, 1 where nothing else is configured.
func base(configured *int) int {
	if configured == nil {
		return 1
	}
	return *configured
}

func (r *Recorder) findNextFile(ctx context.Context, w http.ResponseWriter, handle int, count string) {
	if !pause(ctx, r.Faults().SearchDelay) {
		return
	}
	n, _ := strconv.Atoi(count) // 0 is refused below
	page, ok := r.finds.next(handle, "", n)
	if !ok {
		sendText(w, http.StatusBadRequest, dahuaError)
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "found=%d\r\n", len(page))
	for i, file := range page {
		for _, line := range []string{
			fmt.Sprintf("Channel=%d", file.channel),
			"Cluster=158",
			"Disk=8",
			"EndTime=" + file.End.Format(time.DateTime),
			"FilePath=" + file.Name,
			"Flags[0]=Timing",
			fmt.Sprintf("Length=%d", file.Size),
			"Partition=1",
			"StartTime=" + file.Start.Format(time.DateTime),
			"Type=dav",
			"VideoStream=Main",
		} {
			fmt.Fprintf(&b, "items[%d].%s\r\n", i, line)
		}
	}
	sendText(w, http.StatusOK, b.String())
}
