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
	_, cb, cr := color.RGBToYCbCr(byte(channel*67), byte(channel*131), byte(channel*29))
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = cb, cr
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, nil) // a bytes.Buffer takes all
	return b.Bytes()
}
