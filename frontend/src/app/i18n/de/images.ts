import type { Catalogue } from "../catalogue.ts";
import type { images as en } from "../en/images.ts";

export const images: Catalogue<typeof en> = {
  image: "Bild",
  imageAdd: "Bild (PNG, JPEG, GIF, WebP oder AVIF; meist bis 10 MB)",
  imageUploads: "Bilder unterwegs",
  imageWaiting: (name) => `${name}: wartet`,
  imageProgress: (name, percent) => `${name}: ${percent} %`,
  imageRetry: "Noch einmal",
  imageRemove: "Entfernen",
  imageFailed: {
    too_large: (name) => `${name} ist zu groß für diesen Server.`,
    not_an_image: (name) => `${name} ist kein Bild, das gezeigt werden kann: PNG, JPEG, GIF, WebP oder AVIF.`,
    forbidden: (name) => `${name}: Sie dürfen diesem Dokument keine Bilder hinzufügen.`,
    unreachable: (name) => `${name}: Der Server ist nicht erreichbar.`,
    other: (name) => `${name}: Der Server hat es nicht angenommen.`,
  },
};
