/**
 * Why something stands still, in words: one sentence for each {@link io.qbull.model.why.Cause}, and what to do. The command line, the
 * API, the health and the log say what these types say and nothing else, so that they agree.
 */
@NullMarked
package io.qbull.model.why;

import org.jspecify.annotations.NullMarked;
