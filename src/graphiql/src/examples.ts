import pageOfDashboards from './examples/1-page-of-dashboards.graphql?raw'
import whoCanSeeThis from './examples/2-who-can-see-this.graphql?raw'
import whatALeaverStillOwns from './examples/3-what-a-leaver-still-owns.graphql?raw'
import findAnything from './examples/4-find-anything.graphql?raw'
import whoAmI from './examples/5-who-am-i.graphql?raw'

/** The tabs of a first visit. */
export const examples = [pageOfDashboards, whoCanSeeThis, whatALeaverStillOwns, findAnything, whoAmI].map(query => ({
  query,
}))
