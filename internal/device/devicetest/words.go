package devicetest

import (
	"fmt"
	"strings"

	"mediapusher/internal/device"
)

// Words writes channels down for a test to compare, each in a line; what is not known is "?".
func Words(channels []device.Channel) string {
	var b strings.Builder
	for _, c := range channels {
		fmt.Fprintf(&b, "%d %s online=%s %q ptz=%s main=%s sub=%s\n",
			c.Number, c.Name, yesNo(c.Online), c.Reason, yesNo(c.PTZ), coding(c.Main), coding(c.Sub))
	}
	return b.String()
}

func yesNo(told *bool) string {
	if told == nil {
		return "?"
	}
	return fmt.Sprint(*told)
}

func coding(c *device.Coding) string {
	if c == nil {
		return "?"
	}
	return fmt.Sprintf("%s/%dx%d/%g/%d", c.Codec, c.Width, c.Height, c.FrameRate, c.BitsPerSecond)
}
