// A program over what was generated: it compiles as long as the types say what the schema promises.
import type { DashboardsQuery, NodeQuery, UpdateDashboardInput, UpdateDashboardMutation } from './operations'
import type { Scalars } from './typescript'

export const titles = (found: DashboardsQuery): string[] => found.dashboards?.edges.map(({ node }) => node.title) ?? []

// @ts-expect-error A list crosses into systems, and is null when they do not answer.
export const careless = (found: DashboardsQuery) => found.dashboards.edges

export const name = ({ node }: NodeQuery): string => {
  switch (node?.__typename) {
    case 'Dashboard':
      return node.title
    case 'User':
      return node.displayName
    default:
      return node?.id ?? 'nothing'
  }
}

export const stale = ({ updateDashboard }: UpdateDashboardMutation): number | undefined => {
  const [error] = updateDashboard.errors
  return error?.__typename === 'StaleRevision' ? error.current : undefined
}

export const rename: UpdateDashboardInput = { dashboardId: 'x', title: 'Plan', style: { any: ['JSON'] } }

// @ts-expect-error The dashboard must be said.
export const nothing: UpdateDashboardInput = { title: 'Plan' }

export const moment: Scalars['DateTime']['output'] = '2026-01-31T09:00:00Z'

// @ts-expect-error Strict scalars are not `any`.
export const noMoment: Scalars['DateTime']['output'] = 2026
