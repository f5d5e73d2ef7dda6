/** Files as jobs: claims, progress and the folders of the inbox. */
@NullMarked
package io.qbull.ingest.file;

import org.jspecify.annotations.NullMarked;
