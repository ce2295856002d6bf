package dhav

import "mediapusher/internal/media"

// group is what pictures and sound have in common.
type group struct {
	track    *media.Track
	sequence sequence
	// skipped says that bytes were skipped since the newest frame, lost that the next unit is to be marked so.
	skipped, lost bool
	clock         clock
	smoother      smoother
}

func (g *group) reset() {
	g.sequence, g.skipped, g.lost = sequence{}, false, true
}

// follow looks for a gap in the numbers of a group.
func (d *Demuxer) follow(g *group, h *header) {
	if d.numbers.follow(&g.sequence, h.sequence, g.skipped) {
		d.stats.Gaps++
		g.lost = true
	}
	g.skipped = false
}

// place gives a unit its time. step is the usual one, in ticks; the result is by how much the clock was ahead of that.
func (d *Demuxer) place(au *media.AccessUnit, g *group, h *header, step int64, other *group) (ahead int64) {
	at, jumped := g.clock.advance(h, max(step/millisecond, 1), &other.clock)
	pts, ahead := g.smoother.next(at*millisecond, step, jumped || g.lost)
	d.stamp(au, g, pts)
	return ahead
}

// stamp writes what a unit has of its track.
func (d *Demuxer) stamp(au *media.AccessUnit, g *group, pts int64) {
	au.PTS, au.Wall = pts, g.clock.wall.time(pts)
	au.Track, au.Arrival = g.track, d.arrival
	au.Lost, g.lost = g.lost, false
}

// spoil drops what cannot be used of a group.
func (d *Demuxer) spoil(g *group) {
	d.stats.Damaged++
	g.lost = true
}
