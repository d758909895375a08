const api = Cypress.env('api_url');

describe('API', () => {
  it('is healthy', () => {
    cy.request(`${api}/health`).its('status').should('equal', 200);
  });

  it('says its version', () => {
    cy.request(`${api}/version`).its('body').should('be.an', 'object').and('not.be.empty');
  });

  it('keeps the state of the system behind a login', () => {
    cy.request({ url: `${api}/v1/system`, failOnStatusCode: false }).its('status').should('equal', 401);
  });
});
