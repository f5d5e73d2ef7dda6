/** Tests of what the store shares with its users. */
@NullMarked
package io.qbull.store;

import org.jspecify.annotations.NullMarked;
