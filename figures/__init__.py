"""What results look like and say: pictures, words and sentences, without a browser; pages and reports share them."""
