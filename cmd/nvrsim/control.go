package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"mediapusher/internal/nvrsim"
)

// maxFaults bounds the body of POST /sim/faults.
const maxFaults = 64 << 10

// control is the interface by which a person or a script changes the recorders while they run. It has no password.
//
//	GET  /sim/state             addresses, counts and faults of each vendor
//	GET  /sim/journal           what clients did
//	POST /sim/faults            replaces the faults; an empty object ends them all
//	POST /sim/drop              closes all RTSP connections and those of the SDK port
//	POST /sim/unlock            forgets wrong passwords
//
// ?vendor=hikvision limits each of them to one recorder.
type control struct {
	listener net.Listener
	sims     []sim
}

func newControl(address string, sims []sim) (*control, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	return &control{listener, sims}, nil
}

func (c *control) address() string { return c.listener.Addr().String() }

// run serves until ctx ends.
func (c *control) run(ctx context.Context) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sim/state", func(w http.ResponseWriter, r *http.Request) {
		answer(w, collect(c.chosen(r), func(s sim) any {
			return map[string]any{
				"http": s.HTTPAddr(), "rtsp": s.RTSPAddr(), "sdk": s.SDKAddr(), "channels": s.channels,
				"counts": s.Counts(), "faults": s.Faults(),
			}
		}))
	})
	mux.HandleFunc("GET /sim/journal", func(w http.ResponseWriter, r *http.Request) {
		answer(w, collect(c.chosen(r), func(s sim) any { return s.Journal() }))
	})
	mux.HandleFunc("POST /sim/faults", c.setFaults)
	mux.HandleFunc("POST /sim/drop", c.each(func(s sim) { s.Drop() }))
	mux.HandleFunc("POST /sim/unlock", c.each(func(s sim) { s.Unlock() }))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(c.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("control: %w", err)
	}
	return nil
}

// chosen are the recorders a request is about.
func (c *control) chosen(r *http.Request) []sim {
	vendor := r.URL.Query().Get("vendor")
	var chosen []sim
	for _, s := range c.sims {
		if vendor == "" || vendor == s.vendor {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

func (c *control) setFaults(w http.ResponseWriter, r *http.Request) {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxFaults))
	decoder.DisallowUnknownFields()
	var faults nvrsim.Faults
	if err := decoder.Decode(&faults); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.each(func(s sim) { s.SetFaults(faults) })(w, r)
}

// each does something to the chosen recorders and answers how many there were.
func (c *control) each(do func(sim)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		chosen := c.chosen(r)
		for _, s := range chosen {
			do(s)
		}
		answer(w, map[string]int{"recorders": len(chosen)})
	}
}

// collect asks each recorder and files the answers by vendor.
func collect(sims []sim, ask func(sim) any) map[string]any {
	answers := make(map[string]any, len(sims))
	for _, s := range sims {
		answers[s.vendor] = ask(s)
	}
	return answers
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(value) // a client that is gone needs no answer
}
