const ui = Cypress.env('ui_url');

// An edition without UI has no address of one.
(ui ? describe : describe.skip)('UI', () => {
  it('shows its login page', () => {
    cy.visit(ui);
    cy.get('input[name="username"]').should('be.visible');
    cy.get('input[name="password"]').should('be.visible').and('have.attr', 'type', 'password');
  });
});
