/** Images in a rich document, and their way to the server. */
export const images = {
  image: "Image",
  imageAdd: "Image (PNG, JPEG, GIF, WebP or AVIF; usually up to 10 MB)",
  imageUploads: "Images on their way",
  imageWaiting: (name: string) => `${name}: waiting`,
  imageProgress: (name: string, percent: number) => `${name}: ${percent} %`,
  imageRetry: "Try again",
  imageRemove: "Remove",
  imageFailed: {
    too_large: (name: string) => `${name} is too large for this server.`,
    not_an_image: (name: string) => `${name} is no image of a kind that can be shown: PNG, JPEG, GIF, WebP or AVIF.`,
    forbidden: (name: string) => `${name}: you may not add images to this document.`,
    unreachable: (name: string) => `${name}: the server cannot be reached.`,
    other: (name: string) => `${name}: the server did not take it.`,
  },
};
