// A view of Headlamp: every request, with its phase, the reason and the message. It needs no build: copy this folder into
// Headlamp's folder of plugins. A name leads to Headlamp's own page of the object, which shows the columns of its CRD and
// all conditions; that page shows no sections of plugins (headlamp pull request 5046), so there is none here.
const { React, CommonComponents, Crd, registerRoute, registerSidebarEntry } = pluginLib;
const { Link, ResourceListView } = CommonComponents;

// The kinds of your Promises.
const GROUP = 'platform.integratn.tech';
const VERSION = 'v1alpha1';
const KINDS = [
  { kind: 'WebApp', singular: 'webapp', plural: 'webapps' },
  { kind: 'VClusterOrchestratorV2', singular: 'vclusterorchestratorv2', plural: 'vclusterorchestratorv2s' },
].map(({ kind, singular, plural }) => ({
  kind,
  plural,
  resourceClass: Crd.makeCustomResourceClass({
    apiInfo: [{ group: GROUP, version: VERSION }],
    kind,
    singularName: singular,
    pluralName: plural,
    isNamespaced: true,
  }),
}));

// Whoever may write a status decides what stands in it: only text is shown.
const text = value => (typeof value === 'string' ? value : '');

function readyReason(status) {
  const conditions = Array.isArray(status?.conditions) ? status.conditions : [];
  return text(conditions.find(condition => condition?.type === 'Ready')?.reason);
}

function nameColumn(plural) {
  return {
    id: 'name',
    label: 'Name',
    getValue: item => item.metadata.name,
    render: item =>
      React.createElement(
        Link,
        {
          routeName: 'customresource',
          params: { crd: `${plural}.${GROUP}`, namespace: item.metadata.namespace, crName: item.metadata.name },
          activeCluster: item.cluster,
        },
        item.metadata.name
      ),
  };
}

function RequestsOfOneKind({ kind, plural, resourceClass }) {
  const { items, errors } = resourceClass.useList();
  return React.createElement(ResourceListView, {
    id: `platform-status-${plural}`,
    title: kind,
    data: items,
    errors,
    columns: [
      nameColumn(plural),
      'namespace',
      { id: 'phase', label: 'Phase', getValue: item => text(item.jsonData.status?.phase) },
      { id: 'reason', label: 'Reason', getValue: item => readyReason(item.jsonData.status) },
      { id: 'message', label: 'Message', getValue: item => text(item.jsonData.status?.message) },
      'age',
    ],
  });
}

function Requests() {
  return KINDS.map(kind => React.createElement(RequestsOfOneKind, { key: kind.kind, ...kind }));
}

registerSidebarEntry({ parent: null, name: 'platform-requests', label: 'Requests', url: '/platform-requests', icon: 'mdi:inbox' });
registerRoute({ path: '/platform-requests', sidebar: 'platform-requests', name: 'platform-requests', exact: true, component: Requests });
