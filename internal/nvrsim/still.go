package nvrsim

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
)

// stillWidth is the widest a single picture is made, to save time; recorders give those of the stream.
const stillWidth = 640

// stillPicture is a JPEG of a stream's form: a field of the channel's colour with a dark frame.
func stillPicture(channel, width, height int) []byte {
	if width > stillWidth {
		width, height = stillWidth, height*stillWidth/width
	}
	img := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	const frame = 16
	for y := range height {
		for x := range width {
			luma := uint8(160)
			if x < frame || y < frame || x >= width-frame || y >= height-frame {
				luma = 40
			}
			img.Y[img.YOffset(x, y)] = luma
		}
	}
	hue := color.YCbCrModel.Convert(color.RGBA{uint8(channel * 67), uint8(channel * 131), uint8(channel * 29), 255}) //nolint:gosec // it may wrap
	if c, ok := hue.(color.YCbCr); ok {
		for i := range img.Cb {
			img.Cb[i], img.Cr[i] = c.Cb, c.Cr
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, nil) // a bytes.Buffer takes all
	return b.Bytes()
}
