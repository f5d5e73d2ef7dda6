/** The steps of the sample consumer in {@code routes/whatsapp.camel.yaml}. */
@NullMarked
package io.qbull.app.sample;

import org.jspecify.annotations.NullMarked;
