package mediaserver

// gop keeps what was sent since the newest key frame, so that a player that joins has a picture at once.
//
// It is bounded: recorders with a "smart" codec send GOPs of a minute. A GOP that passes a bound is given up until the next key
// frame; a player that joins meanwhile waits for that.
type gop struct {
	maxBytes, maxMessages int

	// video and audio are the headers that were valid at the key frame. A header that changes later is among the messages.
	video, audio *message
	messages     []*message
	bytes        int
}

// start begins a new GOP with its key frame.
func (g *gop) start(key, video, audio *message) {
	g.drop()
	g.video, g.audio = video, audio
	g.messages = append(g.messages, key)
	g.bytes = len(key.tag)
	g.bound()
}

// add appends what follows the key frame. Without a key frame there is nothing to follow.
func (g *gop) add(m *message) {
	if len(g.messages) == 0 {
		return
	}
	g.messages = append(g.messages, m)
	g.bytes += len(m.tag)
	g.bound()
}

func (g *gop) bound() {
	if g.bytes > g.maxBytes || len(g.messages) > g.maxMessages {
		g.drop()
	}
}

func (g *gop) drop() {
	clear(g.messages)
	g.messages, g.bytes = g.messages[:0], 0
}
